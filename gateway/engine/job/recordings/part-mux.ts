import Gst from 'gi://Gst?version=1.0';
import type { PartPreface } from '../../recorder-protocol.ts';
import { addBin, type Branch, branchFromTee, discard, linkPads, padOf, requestPad } from '../branch.ts';
import { elementOf } from '../rtp.ts';
import { sleep } from '../sleep.ts';
import { openOutlet, type PartOutlet } from './part-outlet.ts';

/** Milliseconds that a fragment covers at most: what a crash can cost, and a little more. */
const fragmentMs = 500;

const muxers = {
  mp4: `mp4mux name=mux fragment-duration=${fragmentMs} streamable=true`,
  webm: `webmmux name=mux streamable=true offset-to-zero=true min-cluster-duration=${fragmentMs}000000 max-cluster-duration=${fragmentMs}000000`,
} as const satisfies Record<Container, string>;

export type Container = PartPreface['container'];

/** What one medium passes on its way to the muxer: `before` begins with a queue named as the medium, which also waits for a slow disk. */
export interface MuxedMedium {
  readonly tee: Gst.Element;
  readonly before: string;
}

export interface PartSource {
  readonly container: Container;
  /** The writer's socket, and what is said to it. */
  readonly socket: string;
  readonly stream: string;
  readonly part: number;
  readonly video?: MuxedMedium;
  readonly audio?: MuxedMedium;
  /** Called before anything flows. */
  readonly prepare?: (bin: Gst.Bin) => void;
}

export type Medium = 'video' | 'audio';

/**
 * Keeps the first buffers of a medium that go into the muxer, whose time the muxer forgets. It goes when they have been
 * looked at: a sink that keeps something answers no query to drain.
 */
const firstBuffers =
  'appsink name=in max-buffers=200 drop=true sync=false async=false enable-last-sample=false wait-on-eos=false';

/** From tees to a writer's socket. Whoever opened it finishes or closes it. */
export class PartMux {
  readonly preface: PartPreface;
  readonly #pipeline: Gst.Pipeline;
  readonly #bin: Gst.Bin;
  readonly #outlet: PartOutlet;
  readonly #source: PartSource;
  readonly #feeds: { tee: Gst.Element; pad: Gst.Pad }[] = [];
  readonly #begins = new Map<Medium, number>();
  readonly #taps = new Map<Medium, Branch>();
  readonly #ended: Promise<void>;
  #noteEnd: () => void = () => {};

  constructor(pipeline: Gst.Pipeline, source: PartSource) {
    const { stream, part, container } = source;
    this.preface = { stream, part, container };
    this.#pipeline = pipeline;
    this.#source = source;
    this.#outlet = openOutlet(source.socket, this.preface);
    this.#ended = new Promise((resolve) => {
      this.#noteEnd = resolve;
    });
    this.#bin = addBin(pipeline, describe(source), (bin) => {
      elementOf(bin, 'out-fd').set_property('fd', this.#outlet.fd);
      source.prepare?.(bin);
      for (const medium of this.#media) {
        const ghost = Gst.GhostPad.new(medium, padOf(elementOf(bin, medium), 'sink'));
        ghost.set_active(true);
        bin.add_pad(ghost);
      }
      // In units that sound and picture are counted in, not in frames of a guessed rate.
      if (source.container === 'mp4' && source.video)
        padOf(elementOf(bin, 'mux'), 'video_0').set_property('trak-timescale', 90_000);
    });
    // The taps never end, so the bin as a whole does not either.
    this.#bin.set_property('message-forward', true);
    for (const medium of this.#media)
      this.#taps.set(medium, branchFromTee(this.#bin, elementOf(this.#bin, `${medium}-tapped`), firstBuffers));
    this.#bin.sync_state_with_parent();
  }

  /** Lets a medium in. The muxer begins when it has all of them. */
  feed(medium: Medium): void {
    const muxed = this.#source[medium];
    if (muxed === undefined) return;
    const pad = requestPad(muxed.tee, 'src_%u');
    linkPads(pad, padOf(this.#bin, medium));
    this.#feeds.push({ tee: muxed.tee, pad });
  }

  /** The running time in ns at which each medium begins; undefined until all have. */
  get begins(): { video: number | undefined; audio: number | undefined } | undefined {
    for (const medium of this.#media) if (!this.#begins.has(medium)) this.#look(medium);
    if (this.#media.some((medium) => !this.#begins.has(medium))) return undefined;
    return { video: this.#begins.get('video'), audio: this.#begins.get('audio') };
  }

  /** Takes an element's message: whether the last byte has been written. */
  take(structure: Gst.Structure, path: readonly Gst.Object[]): void {
    if (structure.get_name() !== 'GstBinForwarded' || path[0] !== this.#bin) return;
    const forwarded = structure.get_value('message') as Gst.Message;
    if (forwarded.type === Gst.MessageType.EOS && forwarded.src.get_name() === 'out-fd') this.#noteEnd();
  }

  owns(path: readonly Gst.Object[]): boolean {
    return path.includes(this.#bin);
  }

  /** Ends the media and resolves when everything is written, or after `timeoutMs`. */
  async finish(timeoutMs: number): Promise<void> {
    this.#cut();
    for (const medium of this.#media) padOf(this.#bin, medium).send_event(Gst.Event.new_eos());
    await Promise.race([this.#ended, sleep(timeoutMs)]);
    this.#discard();
  }

  close(): void {
    this.#cut();
    this.#discard();
  }

  get #media(): Medium[] {
    return (['video', 'audio'] as const).filter((medium) => this.#source[medium] !== undefined);
  }

  #look(medium: Medium): void {
    const tap = this.#taps.get(medium);
    const sample = tap && (elementOf(tap.bin, 'in').emit('try-pull-sample', 0) as Gst.Sample | null);
    if (!sample) return;
    this.#taps.delete(medium);
    tap.remove();
    this.#begins.set(medium, sample.get_segment().to_running_time(Gst.Format.TIME, sample.get_buffer().pts));
  }

  #cut(): void {
    for (const { tee, pad } of this.#feeds.splice(0)) tee.release_request_pad(pad);
  }

  #discard(): void {
    discard(this.#pipeline, this.#bin);
    this.#outlet.close();
  }
}

function describe({ container, video, audio }: PartSource): string {
  const branch = (medium: Medium, before: string) => `${before} ! tee name=${medium}-tapped ! mux.${medium}_0`;
  return [
    ...(video ? [branch('video', video.before)] : []),
    ...(audio ? [branch('audio', audio.before)] : []),
    `${muxers[container]} ! fdsink name=out-fd sync=false async=false`,
  ].join(' ');
}
