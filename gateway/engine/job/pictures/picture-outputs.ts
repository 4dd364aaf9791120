import GLib from 'gi://GLib?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import type { PictureSettings, PictureShed, PictureTier } from '../../picture-protocol.ts';
import type { RtpOutput } from '../../protocol.ts';
import { JobFailure } from '../job.ts';
import { countRendered, elementOf } from '../rtp.ts';
import { composedCaps, type PictureFormat } from './picture-description.ts';
import type { EncoderElement } from './picture-encoder-description.ts';
import type { Size } from './picture-layout.ts';
import { assess, nothingShed } from './picture-shedding.ts';
import { TierOutput } from './picture-tier.ts';
import { planTiers } from './picture-tier-plan.ts';
import { ProcessorLoad } from './processor-load.ts';

export interface OutputsListener {
  started(tierId: string): void;
  /** Draws for another size, and calls `apply` between the last frame of the old one and the first of the new. */
  resized(size: Size, apply: () => void): void;
  shed(what: PictureShed): void;
}

/** For how long the picture stays as a tier needed it: one that comes and goes again and again costs the others nothing. */
const calmMs = 10_000;

/** All tiers of a picture: which are encoded, in which format they are composed, and what is left out in need. */
export class Outputs {
  readonly #pipeline: Gst.Pipeline;
  readonly #settings: PictureSettings;
  readonly #element: EncoderElement;
  readonly #listener: OutputsListener;
  readonly #outputs = new Map<string, TierOutput>();
  readonly #started = new Set<TierOutput>();
  readonly #processor = new ProcessorLoad();
  #wanted: ReadonlySet<string> = new Set();
  /** Tiers for which the picture is large and quick enough, and until when it stays so, on the monotonic clock in ms. */
  readonly #composedUntil = new Map<string, number>();
  #steady = false;
  #format: PictureFormat;
  #shedding = nothingShed;
  /** Frames at the last measurement, by what made them; empty when they cannot be compared. */
  #frames = new Map<string, number>();

  constructor(
    pipeline: Gst.Pipeline,
    settings: PictureSettings,
    element: EncoderElement,
    format: PictureFormat,
    listener: OutputsListener,
  ) {
    this.#pipeline = pipeline;
    this.#settings = settings;
    this.#element = element;
    this.#format = format;
    this.#listener = listener;
  }

  get shed(): PictureShed {
    return this.#shedding.shed;
  }

  open(tierId: string, rtp: RtpOutput): number {
    const tier = this.#tierOf(tierId);
    const output = this.#outputs.get(tierId);
    if (output !== undefined) {
      output.move(rtp);
      return output.port;
    }
    const encoding = { element: this.#element, preset: this.#settings.preset };
    const opened = new TierOutput(this.#pipeline, tier, encoding, rtp);
    this.#outputs.set(tierId, opened);
    this.#arrange();
    return opened.port;
  }

  close(tierId: string): void {
    const output = this.#openOutput(tierId);
    this.#outputs.delete(tierId);
    this.#started.delete(output);
    this.#arrange();
    output.close();
  }

  setWanted(tierIds: readonly string[]): void {
    for (const tierId of tierIds) this.#tierOf(tierId);
    this.#wanted = new Set(tierIds);
    this.#arrange();
  }

  setBitrate(tierId: string, kbps: number): void {
    this.#openOutput(tierId).setBitrate(kbps);
  }

  requestKeyFrame(tierId: string): void {
    this.#openOutput(tierId).requestKeyFrame();
  }

  setSteadyKeyFrames(on: boolean): void {
    this.#steady = on;
  }

  stats() {
    const all = [...this.#outputs];
    return {
      framesOut: Object.fromEntries(all.map(([tierId, output]) => [tierId, output.framesOut])),
      keyFrames: Object.fromEntries(all.map(([tierId, output]) => [tierId, output.keyFrames])),
      encoding: all.filter(([, { encodes }]) => encodes).map(([tierId]) => tierId),
      shed: this.shed,
    };
  }

  /** To be called a few times a second; `nowMs` is the monotonic clock. */
  observe(nowMs: number): void {
    for (const [tierId, output] of this.#outputs) {
      if (this.#steady && output.encodes) output.keepSteady(nowMs);
      if (this.#started.has(output) || output.framesOut === 0) continue;
      this.#started.add(output);
      this.#listener.started(tierId);
    }
    if ([...this.#composedUntil.values()].some((until) => until < nowMs)) this.#arrange();
  }

  /** To be called about once a second. */
  measure(): void {
    const load = this.#processor.measure();
    const made = this.#shareMade(load.duration);
    if (made === undefined) return;
    const before = this.shed;
    this.#shedding = assess(this.#shedding, { ...load, made });
    if (this.shed === before) return;
    this.#arrange();
    this.#listener.shed(this.shed);
  }

  /** The sockets, when the pipeline has been stopped as a whole. */
  release(): void {
    for (const output of this.#outputs.values()) output.release();
  }

  #tierOf(tierId: string): PictureTier {
    const tier = this.#settings.tiers.find((one) => one.tierId === tierId);
    if (tier === undefined) throw new JobFailure('unknownTier', tierId);
    return tier;
  }

  #openOutput(tierId: string): TierOutput {
    const output = this.#outputs.get(tierId);
    if (output === undefined) throw new JobFailure('unknownTier', `${tierId} is not open`);
    return output;
  }

  /** The picture grows before a larger tier begins, and shrinks some time after it has ended. */
  #arrange(): void {
    const encoded = new Set([...this.#outputs.keys()].filter((tierId) => this.#wanted.has(tierId)));
    const composed = this.shed === 'nothing' ? this.#keep(encoded) : encoded;
    const { sizes } = planTiers(this.#settings.tiers, encoded, this.shed, this.#format);
    this.#compose(planTiers(this.#settings.tiers, composed, this.shed, this.#format).format);
    for (const [tierId, output] of this.#outputs) {
      const size = sizes.get(tierId);
      if (size === undefined) output.rest();
      else output.encode(size);
    }
    this.#frames.clear();
  }

  /** With those that were encoded until a moment ago. */
  #keep(encoded: ReadonlySet<string>): ReadonlySet<string> {
    const now = GLib.get_monotonic_time() / 1000;
    for (const [tierId, until] of this.#composedUntil) {
      if (until < now) this.#composedUntil.delete(tierId);
      else if (!Number.isFinite(until)) this.#composedUntil.set(tierId, now + calmMs);
    }
    for (const tierId of encoded) this.#composedUntil.set(tierId, Number.POSITIVE_INFINITY);
    return new Set(this.#composedUntil.keys());
  }

  #compose(format: PictureFormat): void {
    const { width, height, fps } = this.#format;
    if (format.width === width && format.height === height && format.fps === fps) return;
    this.#format = format;
    const apply = () => {
      Gst.util_set_object_arg(elementOf(this.#pipeline, 'format'), 'caps', composedCaps(format));
    };
    if (format.width === width && format.height === height) apply();
    else this.#listener.resized({ width: format.width, height: format.height }, apply);
  }

  /** Of the frames that were due since the last call; undefined when there is nothing to compare. */
  #shareMade(durationMs: number): number | undefined {
    const counts = new Map([['', { fps: this.#format.fps, frames: this.#composed() }]]);
    for (const [tierId, output] of this.#outputs) {
      const fps = Math.min(this.#format.fps, this.#tierOf(tierId).fps);
      if (output.encodes) counts.set(tierId, { fps, frames: output.framesOut });
    }
    const shares = [...counts].flatMap(([name, { fps, frames }]) => {
      const before = this.#frames.get(name);
      return before === undefined ? [] : [(frames - before) / ((fps * durationMs) / 1000)];
    });
    this.#frames = new Map([...counts].map(([name, { frames }]) => [name, frames]));
    return shares.length < counts.size || counts.size === 1 ? undefined : Math.min(...shares);
  }

  #composed(): number {
    return countRendered(elementOf(this.#pipeline, 'composed-frames'));
  }
}
