/** Sites that come and go before a composer whose scene changes all the time, and what comes out of it. */
import { mixContract } from '../../gateway/engine/mix-protocol.ts';
import { pictureContract } from '../../gateway/engine/picture-protocol.ts';
import { type EngineProcess, startEngine } from '../../gateway/engine/process.ts';
import { cacheFolder, openReceiver, type Receiver, recordingLogger, sleep } from '../integration/engine-peers.ts';
import { seededRandom } from '../integration/random.ts';
import type { Clip } from '../integration/rtp-clips.ts';
import { ClipSender, PAYLOAD_TYPE } from './_clip-sender.ts';
import { cpuSeconds } from './_cost.ts';
import { beepClip, FRAMES_PER_SECOND, humClip, identities, identityClip } from './_soak-clips.ts';
import { Judge, type Witness } from './_soak-judge.ts';
import { randomScene } from './_soak-scenes.ts';
import { ComposedStream } from './_soak-stream.ts';
import { SyncMeter } from './_soak-sync.ts';

export interface SoakOptions {
  readonly seconds: number;
  readonly changeMs: number;
  /** A site joins or leaves so often, and the larger tier comes or goes. */
  readonly joinMs: number;
  readonly transitions: boolean;
  readonly seed: number;
  readonly progress?: (figures: SoakFigures) => void;
}

export interface SoakFigures {
  readonly minutes: number;
  readonly changes: number;
  readonly joins: number;
  readonly framesChecked: number;
  readonly tilesChecked: number;
  readonly wrongTiles: number;
  readonly examples: readonly string[];
  /** 1 when none is missing: the longest time between two frames, on the stream's clock, in frames. */
  readonly largestGapFrames: number;
  /** The same in arrival, where this machine's other work shows too. */
  readonly largestSilenceMs: number;
  readonly keyFramesPerSecond: number;
  readonly packetsLost: number;
  readonly memoryMb: { readonly picture: Range; readonly mix: Range };
  /** Positive when the sound is ahead of the picture; the drift is from the first measurements to the last. */
  readonly syncMs: { readonly median: number; readonly drift: number };
  /** Cores that both processes used on average. */
  readonly cores: number;
  readonly shed: string;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

type Picture = EngineProcess<typeof pictureContract>;
type Mix = EngineProcess<typeof mixContract>;

const TIERS = [
  { tierId: '540p15', width: 960, height: 540, fps: 15, bitrateKbps: 1500 },
  { tierId: '360p15', width: 640, height: 360, fps: 15, bitrateKbps: 2000 },
];
const [LARGE, WATCHED] = TIERS as [(typeof TIERS)[number], (typeof TIERS)[number]];
const CHAIR = 'site-0';
const BEEP_HERTZ = 1000;
const NAMES = ['Hà Nội', 'Huế', 'Đà Nẵng', 'Cần Thơ', 'Điện Biên', 'Quảng Ngãi', 'Bạc Liêu', 'Kỳ Sơn'];
const CALM_MS = 1000;
const MEASURE_MS = 10_000;

interface Site extends Witness {
  close(): void;
}

interface Clips {
  readonly pictures: readonly Clip[];
  readonly beep: Clip;
  readonly hum: Clip;
}

/** Resolves when the time is over; whatever the engine refuses ends it. */
export async function soak(options: SoakOptions): Promise<SoakFigures> {
  const pictures: Clip[] = [];
  for (const identity of identities) pictures.push(await identityClip(identity));
  const run = await startRun(options, { pictures, beep: await beepClip(BEEP_HERTZ), hum: await humClip(300) });
  try {
    await run.live();
    return run.figures();
  } finally {
    await run.close();
  }
}

async function startRun(options: SoakOptions, clips: Clips): Promise<Run> {
  const picture = await startEngine(pictureContract, { logger: recordingLogger(), cacheFolder });
  const mix = await startEngine(mixContract, { logger: recordingLogger(), cacheFolder });
  const [seen, unseen, heard] = [await openReceiver(), await openReceiver(), await openReceiver()];
  await picture.request('configure', { tiers: TIERS, preset: 'ultrafast', transitions: options.transitions });
  const rtp = (to: Receiver, ssrc: number) => ({
    remote: { ip: '127.0.0.1', port: to.port },
    payloadType: 111,
    ssrc,
    cname: 'soak@rostrum',
  });
  await picture.request('openOutput', { tierId: LARGE.tierId, rtp: rtp(unseen, 7000) });
  await picture.request('openOutput', { tierId: WATCHED.tierId, rtp: rtp(seen, 7001) });
  await picture.request('setWanted', { tierIds: [WATCHED.tierId] });
  await mix.request('addOutput', { outputId: 'room', rtp: rtp(heard, 7002) });
  return new Run(options, clips, { picture, mix, seen, unseen, heard });
}

interface Parts {
  readonly picture: Picture;
  readonly mix: Mix;
  readonly seen: Receiver;
  readonly unseen: Receiver;
  readonly heard: Receiver;
}

class Run {
  readonly #options: SoakOptions;
  readonly #clips: Clips;
  readonly #parts: Parts;
  readonly #random: () => number;
  readonly #sites = new Map<string, Site>();
  readonly #present = new Map<string, string>();
  readonly #judge: Judge;
  readonly #stream: ComposedStream;
  readonly #sync: SyncMeter;
  readonly #begun = performance.now();
  readonly #memory: { picture: number; mix: number }[] = [];
  #cpuBegun: number;
  #joins = 0;
  #changes = 0;
  #shed = 'nothing';
  #isLargeWanted = false;

  constructor(options: SoakOptions, clips: Clips, parts: Parts) {
    this.#options = options;
    this.#clips = clips;
    this.#parts = parts;
    this.#random = seededRandom(options.seed);
    this.#judge = new Judge(this.#sites, options.transitions);
    this.#sync = new SyncMeter(parts.seen, parts.heard, BEEP_HERTZ);
    this.#judge.onNumber = (inputId, number, frame) => inputId === CHAIR && this.#sync.saw(number, frame);
    this.#stream = new ComposedStream(parts.seen, WATCHED, (picture, frame) => this.#judge.look(picture, frame));
    this.#cpuBegun = this.#cpu();
    parts.picture.onEvent((event) => {
      if (event.event === 'shed') this.#shed = event.what;
    });
  }

  async live(): Promise<void> {
    const { seconds, changeMs, joinMs, progress } = this.#options;
    for (let count = 0; count < 4; count++) await this.#join();
    const end = this.#begun + seconds * 1000;
    let [joinAt, measureAt] = [performance.now() + joinMs, performance.now() + MEASURE_MS];
    for (let changeAt = performance.now(); changeAt < end; changeAt += this.#pause(changeMs)) {
      await sleep(Math.max(0, changeAt - performance.now()));
      if (performance.now() > joinAt) {
        joinAt += joinMs;
        await this.#joinOrLeave();
      }
      await this.#change();
      if (performance.now() < measureAt) continue;
      measureAt += MEASURE_MS;
      await this.#measure();
      progress?.(this.figures());
    }
    await this.#measure();
  }

  figures(): SoakFigures {
    const { frames, keyFrames, lost, largestGapMs, largestSilenceMs } = this.#stream.figures;
    const seconds = (performance.now() - this.#begun) / 1000;
    const { measured } = this.#sync;
    const rounded = (value: number, digits = 2) => Number(value.toFixed(digits));
    return {
      minutes: rounded(seconds / 60),
      changes: this.#changes,
      joins: this.#joins,
      framesChecked: this.#judge.frames,
      tilesChecked: this.#judge.tiles,
      wrongTiles: this.#judge.wrongTiles,
      examples: this.#judge.examples,
      largestGapFrames: rounded((largestGapMs * WATCHED.fps) / 1000),
      largestSilenceMs: Math.round(largestSilenceMs),
      keyFramesPerSecond: rounded(keyFrames / (frames / WATCHED.fps), 3),
      packetsLost: lost,
      memoryMb: { picture: this.#range(({ picture }) => picture), mix: this.#range(({ mix }) => mix) },
      syncMs: {
        median: Math.round(median(measured)),
        drift: Math.round(median(lastPart(measured)) - median(firstPart(measured))),
      },
      cores: rounded((this.#cpu() - this.#cpuBegun) / seconds),
      shed: this.#shed,
    };
  }

  async close(): Promise<void> {
    for (const site of this.#sites.values()) site.close();
    this.#stream.close();
    const { picture, mix, seen, unseen, heard } = this.#parts;
    await Promise.all([picture.stop(), mix.stop()]);
    for (const receiver of [seen, unseen, heard]) receiver.close();
  }

  /** Now and then all is calm for a moment: only then the times in the pictures can be read. */
  #pause(changeMs: number): number {
    return this.#random() < 0.2 ? changeMs + CALM_MS : changeMs;
  }

  async #change(): Promise<void> {
    const { params, places } = randomScene(this.#random, this.#present, CHAIR);
    this.#judge.changed(places);
    await this.#parts.picture.request('setScene', params);
    this.#changes += 1;
    // Nobody looks at it.
    this.#parts.unseen.rtp.splice(0);
  }

  async #joinOrLeave(): Promise<void> {
    const others = [...this.#present.keys()].filter((inputId) => inputId !== CHAIR);
    const isFull = others.length === identities.length - 1;
    if (isFull || (others.length > 2 && this.#random() < 0.5)) {
      await this.#leave(others[Math.floor(this.#random() * others.length)] as string);
    } else await this.#join();
    this.#isLargeWanted = !this.#isLargeWanted;
    const tierIds = this.#isLargeWanted ? [LARGE.tierId, WATCHED.tierId] : [WATCHED.tierId];
    await this.#parts.picture.request('setWanted', { tierIds });
  }

  async #join(): Promise<void> {
    const used = new Set([...this.#present.keys()].map((inputId) => this.#sites.get(inputId)?.identity));
    const index = identities.findIndex((identity) => !used.has(identity));
    const [identity, pictures] = [identities[index], this.#clips.pictures[index]];
    if (identity === undefined || pictures === undefined) throw new Error('nobody is left to join');
    const inputId = `site-${this.#joins}`;
    const { picture, mix } = this.#parts;
    const socket = await openReceiver();
    const rtp = (codec: 'H264' | 'opus') => ({
      ssrc: 100 + 2 * this.#joins + (codec === 'opus' ? 1 : 0),
      payloadType: PAYLOAD_TYPE,
      clockRate: codec === 'opus' ? 48_000 : 90_000,
      remote: { ip: '127.0.0.1', port: socket.port },
    });
    const sound = rtp('opus');
    const seen = await picture.request('addInput', { inputId, rtp: { ...rtp('H264'), codec: 'H264' } });
    const heard = await mix.request('addInput', { inputId, rtp: { ...sound, codec: 'opus' }, levelling: false });
    this.#joins += 1;
    const sender = new ClipSender(socket, sound.ssrc - 1, pictures, FRAMES_PER_SECOND, [seen.rtpPort]);
    const voice = inputId === CHAIR ? this.#clips.beep : this.#clips.hum;
    const speaker = new ClipSender(socket, sound.ssrc, voice, 50, [heard.rtpPort]);
    const close = () => {
      sender.close();
      speaker.close();
      socket.close();
    };
    this.#sites.set(inputId, {
      identity,
      sender,
      joinedAt: performance.now(),
      leftAt: Number.POSITIVE_INFINITY,
      close,
    });
    this.#present.set(inputId, NAMES[index] ?? '');
    this.#judge.disturbed();
  }

  async #leave(inputId: string): Promise<void> {
    const site = this.#sites.get(inputId);
    if (site === undefined) return;
    site.leftAt = performance.now();
    this.#judge.disturbed();
    this.#present.delete(inputId);
    const { picture, mix } = this.#parts;
    await picture.request('removeInput', { inputId });
    await mix.request('removeInput', { inputId });
    site.close();
    site.close = () => undefined;
  }

  async #measure(): Promise<void> {
    const { picture, mix } = this.#parts;
    const [seen, heard] = await Promise.all([picture.request('stats', {}), mix.request('stats', {})]);
    this.#memory.push({ picture: seen.rssBytes / 1e6, mix: heard.rssBytes / 1e6 });
    await this.#sync.measure();
  }

  #range(of: (sample: { picture: number; mix: number }) => number): Range {
    const samples = this.#memory.map(of);
    return { start: Math.round(median(firstPart(samples))), end: Math.round(median(lastPart(samples))) };
  }

  #cpu(): number {
    return cpuSeconds(this.#parts.picture.pid) + cpuSeconds(this.#parts.mix.pid);
  }
}

/** A tenth, but not the very beginning, when there is more. */
function firstPart(values: readonly number[]): readonly number[] {
  const part = Math.ceil(values.length / 10);
  return values.length < 10 ? values.slice(0, 1) : values.slice(part, 2 * part + 1);
}

const lastPart = (values: readonly number[]) => values.slice(-Math.ceil(values.length / 10));

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
