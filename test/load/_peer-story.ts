import { setTimeout as sleep } from 'node:timers/promises';
import { OTHER, type Seen, SITE, seenThrough, TONES } from '../e2e/line-story.ts';
import { ShapedLine, type Weather } from '../e2e/shaped-line.ts';
import { beginWitness } from '../e2e/witness.ts';
import type { openBareRoom } from './_bare-room.ts';

const SETTLING_MS = 6_000;
const SEATS = [
  { name: SITE, toneHz: TONES[SITE], colour: 'blue' },
  { name: OTHER, toneHz: TONES[OTHER], colour: 'red' },
] as const;

export interface PeerStory {
  /** What happens while the line does this, in both directions. */
  stage(weather: Weather, seconds: number): Promise<Seen>;
  close(): Promise<void>;
}

/** The two of `LineStory` in another room, one of them behind such a line. Resolves when they hear and see each other. */
export async function beginPeerStory(openRoom: typeof openBareRoom): Promise<PeerStory> {
  const line = await ShapedLine.open();
  try {
    const room = await openRoom(line, SEATS);
    const [site, other] = room.pages;
    const close = async () => {
      await room.close();
      await line.close();
    };
    try {
      await beginWitness(other, { hz: TONES[SITE], name: SITE });
      await beginWitness(site, { hz: TONES[OTHER], name: OTHER });
      await sleep(SETTLING_MS);
    } catch (error) {
      await room.close();
      throw error;
    }
    return { stage: (weather, seconds) => seenThrough(line, { site, other }, weather, seconds), close };
  } catch (error) {
    await line.close();
    throw error;
  }
}
