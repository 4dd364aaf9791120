import { type Browser, type BrowserContext, expect, type Locator, type Page } from 'playwright/test';
import { colourShown, type FakeDevices, installDevices } from './devices.ts';
import type { System } from './system.ts';

export const PASSWORD = 'mat khau dai cua toi';

export const COLOURS = { red: [255, 0, 0], green: [0, 128, 0], blue: [0, 0, 255], yellow: [255, 255, 0] } as const;
export type Colour = keyof typeof COLOURS;

/** A context of its own is a computer of its own. */
export async function newPerson(
  browser: Browser,
  devices: FakeDevices,
): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    locale: 'vi-VN',
    permissions: ['camera', 'microphone'],
  });
  await installDevices(context, devices);
  return { context, page: await context.newPage() };
}

/** Signs the operator in; the first time with the one-time password and a new one. */
export async function signIn(page: Page, system: System): Promise<void> {
  await page.goto(system.url);
  const firstTime = await fillIn(page, system.oneTimePassword || PASSWORD);
  if (firstTime) {
    await choosePassword(page);
  } else if (system.oneTimePassword !== '') {
    await fillIn(page, PASSWORD);
  }
  await expect(page.getByRole('heading', { name: 'Cuộc họp', exact: true })).toBeVisible();
}

/** Whether the password was good for one time. */
async function fillIn(page: Page, password: string): Promise<boolean> {
  await page.getByLabel('Tên đăng nhập').fill('operator');
  await page.getByLabel('Mật khẩu', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Đăng nhập' }).click();
  const once = page.getByRole('heading', { name: 'Đặt mật khẩu mới' });
  const wrong = page.getByText('(wrongPassword)');
  const inside = page.getByRole('heading', { name: 'Cuộc họp', exact: true });
  await expect(once.or(wrong).or(inside)).toBeVisible();
  return once.isVisible();
}

/** With what the page asks for. */
export async function signInAs(page: Page, system: System, username: string, password: string): Promise<void> {
  await page.goto(system.url);
  await page.getByLabel('Tên đăng nhập').fill(username);
  await page.getByLabel('Mật khẩu', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Đăng nhập' }).click();
}

/** Who is signed in with a one-time password chooses his own. */
export async function choosePassword(page: Page): Promise<void> {
  await page.getByLabel('Mật khẩu mới', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Nhập lại mật khẩu mới').fill(PASSWORD);
  await page.getByRole('button', { name: 'Lưu và tiếp tục' }).click();
}

/** Gives somebody an account, over the interface that the desk uses, and signs him in. @param administrator signed in */
export async function enterFirst(
  page: Page,
  administrator: Page,
  system: System,
  account: { username: string; name: string; roles: string[]; hostUnit?: string },
): Promise<void> {
  const answer = await administrator.request.post(`${system.url}/api/accounts`, {
    data: account,
    headers: { origin: system.url },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  const { password } = (await answer.json()) as { password: string };
  await signInAs(page, system, account.username, password);
  await choosePassword(page);
  await expect(page.getByRole('button', { name: 'Đăng xuất' })).toBeVisible();
}

/** Opens a meeting from the desk and stands at its console. Returns the room's id. */
export async function openMeeting(page: Page, title: string): Promise<string> {
  await page.getByLabel('Tên cuộc họp').fill(title);
  await page.getByRole('button', { name: 'Mở cuộc họp mới' }).click();
  await page.waitForURL(/\/room\/\d+$/);
  await expect(page.getByRole('heading', { name: title })).toBeVisible();
  return page.url().split('/').at(-1) ?? '';
}

/** Issues links over the interface that the console's dialog uses, with the operator's cookie. */
export async function issueLink(
  page: Page,
  system: System,
  roomId: string,
  link: { role: 'chair' | 'site' | 'guest'; name: string },
): Promise<string> {
  const answer = await page.request.post(`${system.url}/api/rooms/${roomId}/links`, {
    data: { ...link, validHours: 2 },
    headers: { origin: system.url },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
  return ((await answer.json()) as { url: string }).url;
}

/** Follows a link and enters; resolves when the page stands in the meeting. */
export async function enter(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByRole('button', { name: 'Vào cuộc họp' }).click();
  await expect(page.locator('.stage')).toBeVisible();
}

/** Waits until a tile of the program shows this colour. */
export async function expectColour(tile: Locator, colour: Colour, timeout = 20_000): Promise<void> {
  const wanted = COLOURS[colour];
  await expect
    .poll(async () => distance(await colourShown(tile), wanted), {
      message: `${tile} should be ${colour}`,
      timeout,
    })
    .toBeLessThan(110);
}

function distance(shown: readonly number[] | null, wanted: readonly number[]): number {
  return shown === null ? 999 : Math.hypot(...wanted.map((value, i) => value - (shown[i] ?? 0)));
}

/** The tile of the program that shows this participant. */
export function tileOf(page: Page, name: string): Locator {
  return page.locator('.stage .tile').filter({ hasText: name });
}

/** The card of a site on the console's wall. */
export function cardOf(page: Page, name: string): Locator {
  return page.locator('article.card').filter({ has: page.getByText(name, { exact: true }) });
}
