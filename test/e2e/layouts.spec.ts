import type { Locator, Page } from 'playwright/test';
import { attend, enterWithoutPage, obeyed, participantNamed } from './centre.ts';
import { tonePlayed } from './devices.ts';
import { expect, test } from './fixtures.ts';
import { cardOf, enter, expectColour, issueLink, newPerson, openMeeting, signIn } from './people.ts';

test('the picture: a layout drawn and kept, one for a site alone, a banner, a break, a gain', async ({
  browser,
  system,
}) => {
  const operator = await newPerson(browser, { colour: 'grey', toneHz: 300 });
  const site = await newPerson(browser, { colour: 'red', toneHz: 440 });
  const { page } = operator;
  await signIn(page, system);
  const roomId = await openMeeting(page, 'Khung hình');
  await enter(site.page, await issueLink(page, system, roomId, { role: 'site', name: 'Ba Bể' }));
  const link = await issueLink(page, system, roomId, { role: 'chair', name: 'Chủ trì tỉnh' });
  const chair = await enterWithoutPage(page, system, link);
  const centre = await attend(page, system, roomId);
  const stage = site.page.locator('.stage');

  await test.step('drawn with the mouse and with keys, saved under a name of its own', async () => {
    await page.keyboard.press('y');
    await page.getByRole('button', { name: 'Vẽ khung hình mới…' }).click();
    await drawOn(page.getByLabel('Khung hình đang vẽ'), [0.02, 0.02], [0.48, 0.98]);
    await page.getByRole('button', { name: 'Thêm ô' }).click();
    // The first free quarter is the one right of the half: 6 of twelve lines from the left.
    for (const key of ['ArrowDown', 'ArrowRight', 'Shift+ArrowRight', 'Shift+ArrowRight'])
      await page.keyboard.press(key);
    await expect(page.getByRole('button', { name: /^Ô 2: .*cách trái 7, cách trên 1, rộng 5, cao 3/ })).toBeFocused();
    await page.getByLabel('Ô này hiện').selectOption('Chủ trì');
    await page.getByRole('button', { name: 'Lưu', exact: true }).click();
    await expect(page.getByText('Nhập tên từ 1 đến 120 ký tự.')).toBeVisible();
    await page.getByLabel('Tên khung hình').fill('Nửa hình');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Đưa vào chuẩn bị: Nửa hình' }).click();
  });

  await test.step('taken, it is what a site sees, tile by tile', async () => {
    await page.keyboard.press('t');
    await expect(stage.locator('.tile')).toHaveCount(2);
    expect(await placeOf(stage, stage.locator('.tile').nth(0))).toEqual([0, 0, 6, 12]);
    expect(await placeOf(stage, stage.locator('.tile').nth(1))).toEqual([7, 1, 5, 3]);
    await expect(stage.locator('.tile').nth(1)).toContainText('Chủ trì tỉnh');
  });

  await test.step('a second one of the same name is refused at its field; the first is deleted', async () => {
    await page.keyboard.press('y');
    await page.getByRole('button', { name: 'Vẽ từ khung hình chuẩn bị…' }).click();
    await page.getByLabel('Tên khung hình').fill('nửa hình');
    await page.keyboard.press('Enter');
    await expect(page.getByLabel('Tên khung hình')).toHaveAccessibleDescription(/Chọn tên khác/);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Bỏ', exact: true }).click();
    await page.getByRole('button', { name: 'Sửa hoặc đổi tên: Nửa hình' }).click();
    await page.getByRole('button', { name: 'Xóa khung hình…' }).click();
    await page.getByRole('button', { name: 'Xóa', exact: true }).click();
    await expect(page.getByText('Chưa lưu khung hình nào.')).toBeVisible();
    await page.keyboard.press('Escape');
  });

  await test.step('one site sees a picture of its own until it follows the program again', async () => {
    await page.getByRole('radio', { name: 'Chủ trì lớn, năm nhỏ' }).check({ force: true });
    await cardOf(page, 'Ba Bể').click({ button: 'right', position: { x: 20, y: 20 } });
    await page.getByRole('menuitem', { name: 'Phát khung hình chuẩn bị cho riêng điểm cầu này' }).click();
    await expect(stage.locator('.tile')).toHaveCount(6);
    expect(centre.state.program.name).toBe('custom');
    expect(chair.state.own).toEqual({});
    await page.keyboard.press('q');
    await page.getByRole('button', { name: 'Cho xem lại hình chung' }).click();
    await expect(stage.locator('.tile')).toHaveCount(2);
    await page.keyboard.press('Escape');
  });

  await test.step('a banner and the clock lie over the picture', async () => {
    await page.keyboard.press('o');
    await page.getByLabel('Dòng chữ').fill('Đề nghị các điểm cầu ổn định chỗ ngồi');
    await page.getByLabel('Đồng hồ').check();
    await expect(page.getByRole('dialog').locator('.banner')).toHaveText('Đề nghị các điểm cầu ổn định chỗ ngồi');
    await page.getByRole('button', { name: 'Đưa lên hình' }).click();
    await expect(stage.locator('.banner')).toHaveText('Đề nghị các điểm cầu ổn định chỗ ngồi');
    await expect(stage.locator('.marks')).toContainText(/\d\d:\d\d/);
  });

  await test.step('in a break everyone sees the slide, and the console still its sites', async () => {
    await page.keyboard.press('z');
    await page.getByLabel('Lời nhắn (không bắt buộc)').fill('Giải lao tại sảnh');
    await page.getByLabel('Họp lại lúc (không bắt buộc)').fill('25:00');
    await page.getByRole('button', { name: 'Chiếu màn hình chờ' }).click();
    await expect(page.getByText('Nhập giờ trong 12 giờ tới, ví dụ 14:30.')).toBeVisible();
    await page.getByLabel('Họp lại lúc (không bắt buộc)').fill(inAnHour());
    await page.keyboard.press('Enter');
    await expect(stage.locator('.slide')).toContainText('Cuộc họp tạm nghỉ');
    await expect(stage.locator('.slide')).toContainText('Giải lao tại sảnh');
    await expect(stage.locator('.slide')).toContainText(/Họp lại lúc \d\d:\d\d/);
    await expect(stage.locator('.tile')).toHaveCount(0);
    await expect(page.getByLabel('Đang phát').locator('.slide')).toBeVisible();
    await expectColour(cardOf(page, 'Ba Bể'), 'red');
    await page.getByRole('button', { name: /^Kết thúc chờ/ }).click();
    await expect(stage.locator('.slide')).toHaveCount(0);
    await expect(stage.locator('.tile')).toHaveCount(2);
  });

  await test.step("a site's gain is set and taken back by keys, and heard by who hears the site", async () => {
    const gainOf = () => participantNamed(centre, 'Ba Bể')?.gainDb ?? 0;
    const setGain = (gainDb: number) =>
      obeyed(centre.command({ verb: 'setGain', participantId: participantNamed(centre, 'Ba Bể')?.id, gainDb }));
    await obeyed(centre.command({ verb: 'openMicrophone', participantId: participantNamed(centre, 'Ba Bể')?.id }));
    const heard = () => tonePlayed(page, 440, 500);
    await expect.poll(heard).toBeGreaterThan(-40);
    const level = await heard();
    await cardOf(page, 'Ba Bể').focus();
    await page.keyboard.press('i');
    await page.getByLabel('Âm lượng của điểm cầu').focus();
    for (let i = 0; i < 4; i += 1) await page.keyboard.press('ArrowRight');
    await expect.poll(gainOf).toBe(4);
    await expect.poll(heard).toBeGreaterThan(level + 2);
    await setGain(-12);
    await expect.poll(heard).toBeLessThan(level - 8);
    expect(await heard()).toBeGreaterThan(level - 16);
    await page.getByRole('button', { name: 'Về 0 dB' }).click();
    await expect.poll(gainOf).toBe(0);
    await expect.poll(heard).toBeGreaterThan(level - 2);
  });

  for (const peer of [centre, chair]) peer.close();
  for (const person of [operator, site]) await person.context.close();
});

type Point = readonly [x: number, y: number];

/** Draws a tile from one point of the canvas to another, in fractions of it. */
async function drawOn(canvas: Locator, from: Point, to: Point): Promise<void> {
  const box = await canvas.boundingBox();
  if (!box) throw new Error('there is no canvas');
  const { mouse }: Page = canvas.page();
  const at = ([x, y]: Point): [number, number] => [box.x + x * box.width, box.y + y * box.height];
  await mouse.move(...at(from));
  await mouse.down();
  await mouse.move(...at(to), { steps: 4 });
  await mouse.up();
}

/** Where a tile lies on the stage: left, top, width and height in twelfths. */
async function placeOf(stage: Locator, tile: Locator): Promise<number[]> {
  const [whole, part] = [await stage.boundingBox(), await tile.boundingBox()];
  if (!whole || !part) throw new Error('nothing is shown');
  const lines = [
    (part.x - whole.x) / whole.width,
    (part.y - whole.y) / whole.height,
    part.width / whole.width,
    part.height / whole.height,
  ];
  return lines.map((share) => Math.round(share * 12));
}

/** The time of day in an hour, as an operator writes it. */
function inAnHour(): string {
  return new Date(Date.now() + 3600_000).toTimeString().slice(0, 5);
}
