/** A real codec, of whose line nothing is configured, at the end of one that may do anything; somebody speaks and is seen. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { noticeSchema } from '../../server/protocol/media.ts';
import { type Baresip, startBaresip } from '../integration/baresip.ts';
import { arrival, Guest, sourcesOf } from '../integration/gateway-guests.ts';
import { GatewayProcess } from '../integration/gateway-process.ts';
import { until } from '../integration/media-fixture.ts';
import type { Peer } from '../integration/server-peers.ts';
import { toneHeardBy } from './codecs.ts';
import { ShapedLine, type Weather } from './shaped-line.ts';

export const CODEC = 'Na Rì';
const SPEAKER = 'ba-be';
const TONE_HZ = 880;
/** A tone of 0.3 comes in at about −24 dB. */
const AUDIBLE_DB = -50;
const LOOK_MS = 500;
const GREEN = '0xff20c020';
/** Of the two composed pictures. */
const LINES = { whole: 360, small: 180 };
/** Which picture it sees: the whole one, or one for narrow lines. */
export type Size = keyof typeof LINES;

export interface CodecStage {
  /** Part of the half seconds in which the tone was heard. */
  heard: number;
  /** How long after its beginning it saw the picture that was waited for, ms; absent: never. */
  afterMs?: number;
  /** What was said of its line meanwhile, e.g. `Na Rì: loss down poor`. */
  reasons: string[];
}

export class CodecStory {
  readonly #line: ShapedLine;
  readonly #codec: Baresip;
  readonly #closers: (() => unknown)[];
  #reasons = new Set<string>();

  private constructor(line: ShapedLine, codec: Baresip, closers: (() => unknown)[]) {
    this.#line = line;
    this.#codec = codec;
    this.#closers = closers;
  }

  /** Resolves when the codec is called. The caller closes it. */
  static async begin(): Promise<CodecStory> {
    const closers: (() => unknown)[] = [];
    try {
      return await CodecStory.#begin(closers);
    } catch (error) {
      await closeAll(closers);
      throw error;
    }
  }

  static async #begin(closers: (() => unknown)[]): Promise<CodecStory> {
    const line = await ShapedLine.open();
    closers.push(() => line.close());
    const sizes = `640x${LINES.whole}@15,320x${LINES.small}@15`;
    const gateway = await GatewayProcess.start({ ROSTRUM_SIP_HOST: line.centre, ROSTRUM_PICTURES: sizes });
    closers.push(() => gateway.close());
    const codec = await startBaresip({ user: 'nari', colour: 'red', line });
    closers.push(() => codec.close());
    const { roomId, desk } = await gateway.open();
    const speaker = await Guest.join(closers, gateway, { roomId, id: SPEAKER, kind: 'simulator' });
    await speaker.show('camera', GREEN, 'VP8', true);
    await speaker.speak(TONE_HZ);
    await until('the speaker is seen', () => sourcesOf(desk, SPEAKER).includes('camera'));
    const slots = [{ show: 'participant', participantId: SPEAKER }];
    await desk.command({ verb: 'editPreview', layout: { name: '1', slots } });
    await desk.command({ verb: 'take', version: desk.state.preview.version });
    await desk.command({ verb: 'openMicrophone', participantId: SPEAKER });
    await desk.command({ verb: 'dial', address: codec.uri, name: CODEC });
    await arrival(desk, ({ name }) => name === CODEC);
    const story = new CodecStory(line, codec, closers);
    story.#listen(desk);
    return story;
  }

  /** What happens while the line to it does this, until it sees the picture of this size, at most for so long. */
  async stage(weather: Weather, size: Size, withinMs: number): Promise<CodecStage> {
    this.#line.set({ up: { delayMs: weather.delayMs ?? 0 }, down: weather });
    this.#reasons = new Set();
    const from = Date.now();
    const heard: boolean[] = [];
    const { promise: isOver, resolve: end } = Promise.withResolvers<void>();
    const listening = this.#listenUntil(isOver, heard);
    let isSeen = false;
    while (!isSeen && Date.now() - from < withinMs) {
      await sleep(LOOK_MS);
      const lines = await this.#linesSeen();
      isSeen = lines !== undefined && (size === 'whole' ? lines === LINES.whole : lines <= LINES.small);
    }
    const afterMs = Date.now() - from;
    end();
    await listening;
    return {
      heard: heard.filter(Boolean).length / Math.max(1, heard.length),
      ...(isSeen ? { afterMs } : {}),
      reasons: [...this.#reasons],
    };
  }

  close(): Promise<void> {
    return closeAll(this.#closers);
  }

  async #listenUntil(isOver: Promise<void>, heard: boolean[]): Promise<void> {
    let goesOn = true;
    void isOver.then(() => (goesOn = false));
    while (goesOn) {
      await sleep(LOOK_MS);
      heard.push((await toneHeardBy(this.#codec, TONE_HZ, LOOK_MS / 1000).catch(() => -120)) > AUDIBLE_DB);
    }
  }

  /** None where the line is too full even for the question. */
  async #linesSeen(): Promise<number | undefined> {
    const file = await this.#codec.snapshot().catch(() => undefined);
    // The height in a PNG's first chunk (W3C PNG 11.2.2).
    return file === undefined ? undefined : (await readFile(file)).readUInt32BE(20);
  }

  #listen(desk: Peer): void {
    desk.socket.on('notice', (raw) => {
      const notice = noticeSchema.parse(raw);
      if (notice.notice !== 'lines') return;
      for (const [id, { reasons }] of Object.entries(notice.lines)) {
        const name = desk.state.participants[id]?.name ?? id;
        for (const { measure, direction, level } of reasons)
          this.#reasons.add(`${name}: ${measure} ${direction} ${level}`);
      }
    });
  }
}

async function closeAll(closers: (() => unknown)[]): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}
