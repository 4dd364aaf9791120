import { expect, test } from 'playwright/test';
import type { LineTest } from '../../server/protocol/line-tests.ts';
import { freePort } from '../integration/free-port.ts';

import { LINE_ADDRESS, NarrowLine } from './narrow-line.ts';
import { newPerson, signIn } from './people.ts';
import { System } from './system.ts';

test('REG-17 REG-18 a site tries its line from its own page, without a meeting, and the centre sees what was found', async ({
  browser,
}) => {
  test.setTimeout(180_000);
  const port = await freePort();
  const narrow = await NarrowLine.open(port);
  const system = await System.start({
    ...{ ROSTRUM_ANNOUNCED_ADDRESS: LINE_ADDRESS, ROSTRUM_WORKERS: '1', ROSTRUM_MEDIA_PORT: String(port) },
  });
  const operator = await newPerson(browser, { colour: 'grey', toneHz: 300 });
  const { page } = operator;
  await signIn(page, system);
  const line = { downKbps: 2_000, upKbps: 1_000, targets: {} };
  const ask = (method: 'post' | 'get' | 'delete', path: string, data?: object) =>
    page.request[method](`${system.url}/api${path}`, { headers: { origin: system.url }, ...(data ? { data } : {}) });
  expect((await ask('post', '/sites', { siteId: 'lang-ngam', name: 'Lãng Ngâm', line })).ok()).toBe(true);
  const { code } = (await (await ask('post', '/sites/lang-ngam/enrolment')).json()) as { code: string };
  const listed = async () => {
    const answer = await ask('get', '/sites/lang-ngam/line-tests');
    return ((await answer.json()) as { tests: LineTest[] }).tests;
  };

  const site = await newPerson(browser, { colour: 'green', toneHz: 440 });
  await site.page.goto(`${system.url}/site`);
  await site.page.getByLabel('Mã ghép máy').fill(code);
  await site.page.getByLabel('Tên máy').fill('Máy họp');
  await site.page.keyboard.press('Enter');
  const panel = site.page.getByRole('region', { name: 'Kiểm tra đường truyền' });

  Object.assign(narrow, { up: { kbps: 400, delayMs: 30 }, down: { kbps: 700, delayMs: 30 } });
  await test.step('each stage is seen, then the result in words and figures', async () => {
    await panel.getByRole('button', { name: 'Kiểm tra đường truyền' }).click();
    for (const stage of ['Đang đo mất gói', 'Đang đo chiều gửi', 'Đang đo chiều nhận']) {
      await expect(panel.getByText(stage)).toBeVisible({ timeout: 25_000 });
    }
    await expect(panel.getByText('Trễ khứ hồi')).toBeVisible({ timeout: 25_000 });
    const [done] = await listed();
    if (done?.status !== 'done') throw new Error(JSON.stringify(done));
    expect(done).toMatchObject({ siteId: 'lang-ngam', way: 'browser', by: expect.stringMatching(/^device:/) });
    const { up, down, roundTripMs, level, advice } = done.result;
    // What the line bears, within what measuring it in seconds can tell; by the calm stage it loses nothing.
    expect(up.kbps).toBeGreaterThan(200);
    expect(up.kbps).toBeLessThan(450);
    expect(down.kbps).toBeGreaterThan(450);
    expect(down.kbps).toBeLessThan(800);
    expect([up.isFull, down.isFull]).toEqual([true, true]);
    expect(up.loss ?? 1).toBeLessThan(0.05);
    expect(down.loss ?? 1).toBeLessThan(0.05);
    expect(roundTripMs).toBeGreaterThan(55);
    expect(roundTripMs ?? 999).toBeLessThan(250);
    expect(['strained', 'poor']).toContain(level);
    expect(advice.map((one) => `${one.advice} ${one.direction}`)).toEqual(
      expect.arrayContaining(['belowCapacity up', 'belowCapacity down', 'smallPicture up']),
    );
    await expect(panel.getByText('danh bạ ghi 2 Mbit/s')).toBeVisible();
  });

  await test.step('it is not tried again at once', async () => {
    await panel.getByRole('button', { name: 'Kiểm tra lại' }).click();
    await expect(panel.getByRole('alert')).toContainText('tooManyAttempts');
  });

  await test.step('it left no meeting behind, and stands on the page of the site in the directory', async () => {
    const { rooms } = (await (await ask('get', '/rooms')).json()) as { rooms: { title: string }[] };
    expect(rooms.filter(({ title }) => title.includes('Lãng Ngâm'))).toEqual([]);
    await page.getByRole('link', { name: 'Điểm cầu' }).click();
    await page.getByRole('button', { name: 'Sửa Lãng Ngâm' }).click();
    await page.getByRole('button', { name: 'Kiểm tra đường truyền' }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog.getByText('từ máy tính').first()).toBeVisible();
    await expect(dialog.getByText('Trễ khứ hồi').first()).toBeVisible();
  });

  for (const person of [operator, site]) await person.context.close();
  await system.stop();
  await narrow.close();
});
