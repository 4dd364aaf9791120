import type { Locator, Page } from 'playwright/test';
import { freePort } from '../integration/free-port.ts';

import { attend, logOf } from './centre.ts';
import { expect, test } from './fixtures.ts';
import { cardOf, enter, issueLink, newPerson, signIn } from './people.ts';

/** Fills what is given into the open dialog of a site, and saves. */
async function fillSite(page: Page, fields: Readonly<Record<string, string>>): Promise<Locator> {
  const dialog = page.getByRole('dialog');
  for (const [label, text] of Object.entries(fields)) {
    await dialog.getByLabel(label, { exact: true }).fill(text);
  }
  await dialog.getByRole('button', { name: 'Lưu', exact: true }).click();
  return dialog;
}

async function addSite(page: Page, fields: Readonly<Record<string, string>>): Promise<Locator> {
  await page.getByRole('button', { name: 'Thêm điểm cầu' }).click();
  return fillSite(page, fields);
}

test('sites are kept in the directory, invited, seen absent and called', async ({ browser, system }) => {
  test.setTimeout(180_000);
  const operator = await newPerson(browser, { colour: 'grey', toneHz: 300 });
  const { page } = operator;
  // Nobody is there: a port that nothing listens on.
  const nobody = `127.0.0.1:${await freePort()};transport=tcp`;
  await signIn(page, system);

  await test.step('the directory: added, refused with a word at the field, changed, found without marks', async () => {
    await page.getByRole('link', { name: 'Điểm cầu' }).click();
    await expect(page.getByRole('heading', { name: 'Điểm cầu' })).toBeVisible();
    const added = await addSite(page, {
      'Tên điểm cầu': 'Chợ Đồn',
      'Địa chỉ SIP': `sip:chodon@${nobody}`,
      'Tài khoản SIP': 'chodon',
    });
    await expect(added).toBeHidden();
    await expect(page.getByRole('row', { name: /Chợ Đồn/ })).toContainText('Chưa đăng ký');

    const wrong = await addSite(page, { 'Tên điểm cầu': 'Pác Nặm', 'Địa chỉ mạng của thiết bị': '10.0.0.999' });
    await expect(wrong.getByLabel('Địa chỉ mạng của thiết bị')).toBeFocused();
    await expect(wrong.getByText('Nhập địa chỉ hoặc dải mạng')).toBeVisible();
    await fillSite(page, { 'Địa chỉ mạng của thiết bị': '', 'Tài khoản SIP': 'ChoDon' });
    await expect(wrong.getByText('Tài khoản SIP này đã thuộc điểm cầu khác.')).toBeVisible();
    await fillSite(page, { 'Tài khoản SIP': 'pacnam', 'Mã điểm cầu': 'cho-don' });
    await expect(wrong.getByText('Mã điểm cầu này đã có trong danh bạ.')).toBeVisible();
    await fillSite(page, { 'Mã điểm cầu': '', 'Tài khoản SIP': '', 'Địa chỉ SIP': `sip:pacnam@${nobody}` });
    await expect(wrong).toBeHidden();

    await page.getByRole('searchbox').fill('cho don');
    await expect(page.getByRole('row', { name: /Pác Nặm/ })).toBeHidden();
    await page.getByRole('button', { name: 'Sửa Chợ Đồn' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Tạo mật khẩu' }).click();
    await expect(dialog.getByLabel('Mật khẩu SIP')).toHaveValue(/^[a-z2-9]{16}$/);
    await fillSite(page, { 'Tên điểm cầu': 'Chợ Đồn 1' });
    await expect(dialog).toBeHidden();
    await page.getByRole('button', { name: 'Sửa Chợ Đồn 1' }).click();
    await expect(dialog.getByLabel('Mật khẩu SIP')).toHaveValue('');
    await expect(dialog.getByText('Đã có mật khẩu.')).toBeVisible();
    await page.keyboard.press('Escape');
  });

  const roomId = await test.step('a meeting opens with both invited', async () => {
    await page.getByRole('link', { name: 'Cuộc họp' }).click();
    await page.getByLabel('Tên cuộc họp').fill('Gọi các điểm cầu');
    await page.getByRole('button', { name: 'Mời điểm cầu (đã chọn 0)' }).click();
    // Other tests leave sites in the directory.
    for (const name of ['Chợ Đồn 1', 'Pác Nặm']) await page.getByRole('checkbox', { name }).check();
    await page.getByRole('button', { name: 'Mở cuộc họp mới' }).click();
    await page.waitForURL(/\/room\/\d+$/);
    return page.url().split('/').at(-1) ?? '';
  });
  const centre = await attend(page, system, roomId);
  const calls = page.getByRole('region', { name: 'Cuộc gọi' });

  await test.step('both are absent; one key calls them, and each call says why it waits', async () => {
    await expect(calls.getByText('Vắng 2/2 điểm cầu')).toBeVisible();
    await expect(calls.getByText('Chưa gọi', { exact: true })).toHaveCount(2);
    await page.keyboard.press('n');
    for (const name of ['Chợ Đồn 1', 'Pác Nặm']) {
      const row = calls.getByRole('listitem').filter({ hasText: name });
      await expect(row.getByText('Không tới được thiết bị')).toBeVisible({ timeout: 60_000 });
      await expect(row.getByRole('button', { name: 'Gọi ngay' })).toBeVisible();
    }
    expect(Object.values(centre.state.calls).map(({ siteId }) => siteId)).toEqual(
      expect.arrayContaining(['cho-don', 'pac-nam']),
    );
  });

  await test.step('called at once, then cancelled: it is absent again, and callable', async () => {
    const row = calls.getByRole('listitem').filter({ hasText: 'Pác Nặm' });
    const attempt = () => Object.values(centre.state.calls).find((call) => call.siteId === 'pac-nam')?.attempt ?? 0;
    const before = attempt();
    await row.getByRole('button', { name: 'Gọi ngay' }).click();
    await expect.poll(attempt, { timeout: 30_000 }).toBeGreaterThan(before);
    await row.getByRole('button', { name: 'Hủy gọi' }).click();
    await expect(row.getByText('Đã hủy')).toBeVisible();
    await expect(row.getByRole('button', { name: 'Gọi Pác Nặm' })).toBeEnabled();
    await calls.getByRole('listitem').filter({ hasText: 'Chợ Đồn 1' }).getByRole('button', { name: 'Hủy gọi' }).click();
  });

  await test.step('who is no longer invited is no longer awaited; the dial-in and its PIN are at hand', async () => {
    await calls.getByRole('button', { name: 'Sửa danh sách mời…' }).click();
    await page
      .getByRole('dialog')
      .getByRole('checkbox', { name: /Pác Nặm/ })
      .uncheck();
    await page.getByRole('dialog').getByRole('button', { name: 'Lưu danh sách (1)' }).click();
    await expect(calls.getByText('Vắng 1/1 điểm cầu')).toBeVisible();
    await page.getByRole('button', { name: 'Liên kết vào họp' }).click();
    await expect(page.getByRole('dialog').getByText(centre.state.pin ?? 'no PIN', { exact: true })).toBeVisible();
    await page.keyboard.press('Escape');
  });

  await test.step('removed from the directory', async () => {
    await page.goto(`${system.url}/sites`);
    await page.getByRole('button', { name: 'Sửa Pác Nặm' }).click();
    await page.getByRole('button', { name: 'Xóa khỏi danh bạ…' }).click();
    await page.getByRole('button', { name: 'Xóa', exact: true }).click();
    await expect(page.getByRole('row', { name: /Pác Nặm/ })).toBeHidden();
    await page.getByRole('link', { name: 'Bị chặn' }).click();
    await expect(page.getByText('Không có nguồn nào đang bị chặn.')).toBeVisible();
  });

  centre.close();
  await operator.context.close();
});

test('the operator stops a presentation: the site is told, and its screen is captured no longer', async ({
  browser,
  system,
}) => {
  const operator = await newPerson(browser, { colour: 'grey', toneHz: 300 });
  const site = await newPerson(browser, { colour: 'red', toneHz: 440 });
  // A screen to share without a person to choose it: the camera's picture.
  await site.page.addInitScript(() => {
    navigator.mediaDevices.getDisplayMedia = () => navigator.mediaDevices.getUserMedia({ video: true });
  });
  await signIn(operator.page, system);
  await operator.page.getByLabel('Tên cuộc họp').fill('Trình chiếu');
  await operator.page.getByRole('button', { name: 'Mở cuộc họp mới' }).click();
  await operator.page.waitForURL(/\/room\/\d+$/);
  const roomId = operator.page.url().split('/').at(-1) ?? '';
  await enter(site.page, await issueLink(operator.page, system, roomId, { role: 'site', name: 'Na Rì' }));

  await site.page.getByRole('button', { name: 'Chia sẻ' }).click();
  await expect(operator.page.getByText('Đang trình chiếu: Na Rì')).toBeVisible();
  await expect(cardOf(operator.page, 'Na Rì')).toHaveCount(2);
  await operator.page.keyboard.press('p');
  await expect(site.page.getByText('Trung tâm điều khiển đã dừng trình chiếu từ đây.')).toBeVisible();
  await expect(site.page.getByRole('button', { name: 'Chia sẻ' })).toBeVisible();
  await expect(operator.page.getByText('Đang trình chiếu: Na Rì')).toBeHidden();
  // It does not begin again by itself.
  await operator.page.waitForTimeout(2_000);
  const log = await logOf(operator.page, system, roomId);
  const story = log.flatMap(({ event }) =>
    (event.type === 'sourceOpened' && event.sent.source === 'screen') || event.type === 'presentationStopped'
      ? [event.type]
      : [],
  );
  expect(story).toEqual(['sourceOpened', 'presentationStopped']);

  for (const person of [operator, site]) await person.context.close();
});
