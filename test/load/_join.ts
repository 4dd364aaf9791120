import type { Browser, Page } from 'playwright';
import { issueLink, newPerson } from '../e2e/people.ts';
import type { System } from '../e2e/system.ts';
import { barePair } from './_bare-pair.ts';

export interface JoinTimes {
  /** Clicking Join to the first frame of somebody else in the program, in ms, once per round. */
  join: number[];
  /** A bare pair of peer connections in the same browser: offer to first frame, in ms, once per round. */
  floor: number[];
}

interface JoinRun {
  browser: Browser;
  system: System;
  /** Issues the links. */
  operator: Page;
  roomId: string;
  /** Who is to be seen. */
  shown: string;
  rounds: number;
}

/** A new computer each time: nothing of the page is warm but what the join page itself has warmed. */
export async function measureJoins({ browser, system, operator, roomId, shown, rounds }: JoinRun): Promise<JoinTimes> {
  const times: JoinTimes = { join: [], floor: [] };
  for (let round = 0; round < rounds; round += 1) {
    const name = `Điểm cầu ${round + 1}`;
    const link = await issueLink(operator, system, roomId, { role: 'site', name });
    const { page, context } = await newPerson(browser, { colour: 'blue', toneHz: 880 });
    await page.goto(link);
    const join = page.getByRole('button', { name: 'Vào cuộc họp', exact: true });
    await join.waitFor();
    // Devices are ready when the person sees herself and the page has fetched all that it fetches beforehand.
    await page.locator('video').first().evaluate(hasPicture);
    await page.waitForLoadState('networkidle');
    times.floor.push((await page.evaluate(barePair, 0)).firstFrameMs);
    times.join.push(await join.evaluate(clickAndAwaitFrame, shown));
    await context.close();
  }
  return times;
}

async function hasPicture(video: Element): Promise<void> {
  if (!(video instanceof HTMLVideoElement)) throw new Error('no video');
  while (video.readyState < 2) await new Promise((resolve) => setTimeout(resolve, 20));
}

function clickAndAwaitFrame(button: Element, shown: string): Promise<number> {
  return new Promise((resolve, reject) => {
    if (!(button instanceof HTMLElement)) throw new Error('no button');
    const begun = performance.now();
    const late = setTimeout(() => reject(new Error('no frame within 30 s')), 30_000);
    const observer = new MutationObserver(() => {
      for (const tile of document.querySelectorAll('.stage .tile')) {
        const video = tile.querySelector('video');
        if (!video || !tile.textContent?.includes(shown)) continue;
        observer.disconnect();
        video.requestVideoFrameCallback((now) => {
          clearTimeout(late);
          resolve(now - begun);
        });
      }
    });
    observer.observe(document.body, { childList: true, subtree: true });
    button.click();
  });
}
