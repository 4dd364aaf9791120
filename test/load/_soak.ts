/** Sites that come and go before a composer whose scene changes all the time, and what comes out of it. */
import { mixContract } from '../../gateway/engine/mix-protocol.ts';
import { pictureContract } from '../../gateway/engine/picture-protocol.ts';
import { startEngine } from '../../gateway/engine/process.ts';
import { cacheFolder, openReceiver, type Receiver, recordingLogger, sleep } from '../integration/engine-peers.ts';
import { seededRandom } from '../integration/random.ts';
import { cpuSeconds } from './_cost.ts';
import { ProcessorWaits } from './_processor-waits.ts';
import { Judge } from './_soak-judge.ts';
import { type MemorySample, median, trendOf } from './_soak-memory.ts';
import { OutputWatch } from './_soak-outputs.ts';
import { randomScene } from './_soak-scenes.ts';
import { BEEP_HERTZ, CHAIR, type Mix, type Picture, type SiteClips, Sites, siteClips } from './_soak-sites.ts';
import { ComposedStream } from './_soak-stream.ts';
import { SyncMeter } from './_soak-sync.ts';
import type { SoakFigures } from './_soak-verdict.ts';

export interface SoakOptions {
  readonly seconds: number;
  readonly changeMs: number;
  /** A site joins or leaves so often, and the larger tier comes or goes. */
  readonly joinMs: number;
  readonly transitions: boolean;
  readonly seed: number;
  readonly progress?: (figures: SoakFigures) => void;
}

const TIERS = [
  { tierId: '540p15', width: 960, height: 540, fps: 15, bitrateKbps: 1500 },
  { tierId: '360p15', width: 640, height: 360, fps: 15, bitrateKbps: 2000 },
];
const [LARGE, WATCHED] = TIERS as [(typeof TIERS)[number], (typeof TIERS)[number]];
const CALM_MS = 1000;
const MEASURE_MS = 10_000;
const LOOK_MS = 200;
/** A thread that waited so much for a processor in so many milliseconds makes pictures late. */
const HELD_UP_MS = 300;
const STALE_MS = 2500;

/** Resolves when the time is over; whatever the engine refuses ends it. */
export async function soak(options: SoakOptions): Promise<SoakFigures> {
  const run = await startRun(options, await siteClips());
  try {
    await run.live();
    return run.figures();
  } finally {
    await run.close();
  }
}

async function startRun(options: SoakOptions, clips: SiteClips): Promise<Run> {
  const picture = await startEngine(pictureContract, { logger: recordingLogger(), cacheFolder });
  const mix = await startEngine(mixContract, { logger: recordingLogger(), cacheFolder });
  const [watched, large, heard] = [await openReceiver(), await openReceiver(), await openReceiver()];
  await picture.request('configure', { tiers: TIERS, preset: 'ultrafast', transitions: options.transitions });
  const rtp = (to: Receiver, ssrc: number) => ({
    remote: { ip: '127.0.0.1', port: to.port },
    payloadType: 111,
    ssrc,
    cname: 'soak@rostrum',
  });
  await picture.request('openOutput', { tierId: LARGE.tierId, rtp: rtp(large, 7000) });
  await picture.request('openOutput', { tierId: WATCHED.tierId, rtp: rtp(watched, 7001) });
  await picture.request('setWanted', { tierIds: [WATCHED.tierId] });
  await mix.request('addOutput', { outputId: 'room', rtp: rtp(heard, 7002) });
  return new Run(options, clips, { picture, mix, watched, large, heard });
}

interface Parts {
  readonly picture: Picture;
  readonly mix: Mix;
  /** Where the decoded tier goes, and the one that is only counted. */
  readonly watched: Receiver;
  readonly large: Receiver;
  readonly heard: Receiver;
}

class Run {
  readonly #options: SoakOptions;
  readonly #parts: Parts;
  readonly #random: () => number;
  readonly #sites: Sites;
  readonly #judge: Judge;
  readonly #waits: readonly ProcessorWaits[];
  readonly #outputs: { readonly watched: OutputWatch; readonly large: OutputWatch };
  readonly #stream: ComposedStream;
  readonly #sync: SyncMeter;
  readonly #timer: NodeJS.Timeout;
  readonly #begun = performance.now();
  readonly #memory: { picture: MemorySample[]; mix: MemorySample[] } = { picture: [], mix: [] };
  readonly #cpuBegun: number;
  #changes = 0;
  #shed = 'nothing';
  #isLargeWanted = false;

  constructor(options: SoakOptions, clips: SiteClips, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
    this.#random = seededRandom(options.seed);
    this.#sites = new Sites(parts, clips);
    const [engine, own] = [new ProcessorWaits(parts.picture.pid), new ProcessorWaits(process.pid)];
    this.#waits = [engine, own];
    const heldUp = (at: number) => this.#waits.some((waits) => waits.longestBetween(at - STALE_MS, at) > HELD_UP_MS);
    this.#judge = new Judge(this.#sites.known, options.transitions, heldUp);
    this.#sync = new SyncMeter(parts.watched, parts.heard, BEEP_HERTZ);
    this.#judge.onNumber = (inputId, number, frame) => inputId === CHAIR && this.#sync.saw(number, frame);
    const watched = new OutputWatch(WATCHED.fps, engine);
    this.#outputs = { watched, large: new OutputWatch(LARGE.fps, engine) };
    const { counter } = watched;
    this.#stream = new ComposedStream(parts.watched, counter, WATCHED, (picture, frame) =>
      this.#judge.look(picture, frame),
    );
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#cpuBegun = this.#cpu();
    parts.picture.onEvent((event) => {
      if (event.event === 'shed') this.#shed = event.what;
    });
  }

  async live(): Promise<void> {
    const { seconds, changeMs, joinMs, progress } = this.#options;
    for (let count = 0; count < 4; count++) await this.#sites.join();
    this.#judge.disturbed();
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
    const seconds = (performance.now() - this.#begun) / 1000;
    const { measured } = this.#sync;
    const part = Math.ceil(measured.length / 10);
    const end = median(measured.slice(-part));
    const { watched, large } = this.#outputs;
    const { picture, mix } = this.#memory;
    return {
      minutes: Number((seconds / 60).toFixed(2)),
      changes: this.#changes,
      joins: this.#sites.joins,
      framesChecked: this.#judge.frames,
      tilesChecked: this.#judge.tiles,
      wrongTiles: this.#judge.wrongTiles,
      heldUpTiles: this.#judge.heldUpTiles,
      examples: this.#judge.examples,
      outputs: { [WATCHED.tierId]: watched.figures(), [LARGE.tierId]: large.figures() },
      memoryMb: { picture: trendOf(picture), mix: trendOf(mix) },
      syncMs: {
        median: Math.round(median(measured)),
        end: Math.round(end),
        drift: Math.round(end - median(measured.slice(0, part))),
      },
      cores: Number(((this.#cpu() - this.#cpuBegun) / seconds).toFixed(2)),
      shed: this.#shed,
    };
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const waits of this.#waits) waits.close();
    this.#sites.close();
    this.#stream.close();
    const { picture, mix, watched, large, heard } = this.#parts;
    await Promise.all([picture.stop(), mix.stop()]);
    for (const receiver of [watched, large, heard]) receiver.close();
  }

  /** Now and then all is calm for a moment: only then the times in the pictures can be read. */
  #pause(changeMs: number): number {
    return this.#random() < 0.2 ? changeMs + CALM_MS : changeMs;
  }

  #look(): void {
    const { watched, large } = this.#outputs;
    large.drain(this.#parts.large);
    for (const output of [watched, large]) output.look();
  }

  async #change(): Promise<void> {
    const { params, places } = randomScene(this.#random, this.#sites.present, CHAIR);
    this.#judge.changed(places);
    await this.#parts.picture.request('setScene', params);
    this.#changes += 1;
  }

  async #joinOrLeave(): Promise<void> {
    const { others, isFull } = this.#sites;
    this.#judge.disturbed();
    if (isFull || (others.length > 2 && this.#random() < 0.5)) {
      await this.#sites.leave(others[Math.floor(this.#random() * others.length)] as string);
    } else await this.#sites.join();
    this.#judge.disturbed();
    await this.#wantLarge(!this.#isLargeWanted);
  }

  async #wantLarge(isWanted: boolean): Promise<void> {
    this.#isLargeWanted = isWanted;
    this.#look();
    this.#outputs.large.counter.rest();
    const tierIds = isWanted ? [LARGE.tierId, WATCHED.tierId] : [WATCHED.tierId];
    await this.#parts.picture.request('setWanted', { tierIds });
  }

  async #measure(): Promise<void> {
    const { picture, mix } = this.#parts;
    const [seen, heard] = await Promise.all([picture.request('stats', {}), mix.request('stats', {})]);
    const load = `${this.#sites.present.size} sites${this.#isLargeWanted ? ', both tiers' : ''}`;
    const at = { hours: (performance.now() - this.#begun) / 3_600_000, load };
    this.#memory.picture.push({ ...at, mb: seen.rssBytes / 1e6 });
    this.#memory.mix.push({ ...at, mb: heard.rssBytes / 1e6 });
    await this.#sync.measure();
  }

  #cpu(): number {
    return cpuSeconds(this.#parts.picture.pid) + cpuSeconds(this.#parts.mix.pid);
  }
}
