import { beginWitnesses, OTHER, type Seen, SITE, seenThrough, TONES } from '../e2e/line-story.ts';
import { ShapedLine, type Weather } from '../e2e/shaped-line.ts';
import type { openBareRoom } from './_bare-room.ts';

const SEATS = [
  { name: SITE, toneHz: TONES[SITE], colour: 'blue' },
  { name: OTHER, toneHz: TONES[OTHER], colour: 'red' },
] as const;

/** What `LineStory` is, too. */
export interface Story<S extends Seen> {
  /** What happens while the line does this, in both directions. */
  stage(weather: Weather, seconds: number): Promise<S>;
  close(): Promise<void>;
}

/** The two of `LineStory` in another room, one of them behind such a line. Resolves when they hear and see each other. */
export async function beginPeerStory(openRoom: typeof openBareRoom): Promise<Story<Seen>> {
  const line = await ShapedLine.open();
  try {
    const room = await openRoom(line, SEATS);
    const [site, other] = room.pages;
    const close = async () => {
      await room.close();
      await line.close();
    };
    try {
      await beginWitnesses({ site, other });
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
