import { expect, type Page } from 'playwright/test';
import { now, ready } from './player.ts';
import type { System } from './system.ts';

/** What happens to a speech, from the request to the end (REG-9, REG-10). */
const STEPS = [
  'Ba Bể đăng ký phát biểu',
  'Chuyển yêu cầu của Ba Bể cho chủ trì',
  'Mời Ba Bể phát biểu',
  'Mở micro của Ba Bể',
  'Tắt micro của Ba Bể (chủ trì thu quyền)',
];

interface Held {
  title: string;
  /** Where in the recording the microphone was opened and the incident began, in seconds. */
  spoke: number;
  failed: number;
}

/** Signed in, at the desk: from the list of meetings to the minutes, one speech’s events, and the recording at that moment. */
export async function followSpeech(page: Page, system: System, { title, spoke, failed }: Held): Promise<void> {
  await page.getByRole('link', { name: 'Báo cáo' }).click();
  await page.getByRole('link', { name: `Phát biểu: 1, mở biên bản ${title}` }).click();
  await page.getByRole('button', { name: /^Xem nguồn của Phát biểu, Ba Bể: \d+:\d\d:\d\d$/ }).click();
  const events = page.getByRole('dialog').getByRole('listitem');
  for (const step of STEPS) await expect(events.filter({ hasText: step })).toContainText(/\d\d:\d\d:\d\d/);
  const order = (await events.allTextContents()).map((text) => STEPS.findIndex((step) => text.includes(step)));
  expect(order.filter((place) => place >= 0)).toEqual([0, 1, 2, 3, 4]);
  await events
    .filter({ hasText: 'Mở micro' })
    .getByRole('link', { name: /^Xem bản ghi lúc/ })
    .click();
  await isAt(page, spoke);
  await page.goto(`${system.url}/`);
  await page.getByRole('button', { name: `Sự cố của ${title}` }).click();
  await page.getByRole('link', { name: 'Xem trong bản ghi: Sự cố tại Ba Bể: Âm thanh' }).click();
  await isAt(page, failed);
}

/** The log’s times are of what was ordered, the recording’s own begin with its first picture. */
async function isAt(page: Page, second: number): Promise<void> {
  await page.waitForURL(/\/recordings\/[\w-]+\?/);
  await ready(page);
  await expect.poll(async () => Math.abs((await now(page)) - second)).toBeLessThan(3);
}
