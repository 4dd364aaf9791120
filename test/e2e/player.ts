import { expect, type Page } from 'playwright/test';

/** Resolves when the player shows a picture. */
export async function ready(page: Page): Promise<void> {
  const state = () => page.locator('video').evaluate((video: HTMLVideoElement) => video.readyState);
  await expect.poll(state, { timeout: 30_000 }).toBeGreaterThanOrEqual(2);
}

/** Where the recording is, in seconds from its beginning. */
export function now(page: Page): Promise<number> {
  return page.locator('video').evaluate((video: HTMLVideoElement) => video.currentTime);
}
