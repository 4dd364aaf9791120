import GLib from 'gi://GLib?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import type { RtpInput } from '../../protocol.ts';
import type { TrackEvent } from '../../track-protocol.ts';
import { type Branch, branchInto, countPassed } from '../branch.ts';
import type { Emit } from '../job.ts';
import { keepInStep } from '../keep-in-step.ts';
import { LipSync } from '../lip-sync.ts';
import { countedOut, packetTap } from '../packet-tap.ts';
import { collectRemoved, watchBus } from '../pipeline.ts';
import { type BoundSocket, bindSocket, connectInput, elementOf, forceKeyFrame } from '../rtp.ts';
import { receivingRtpBin, rtpInputDescription } from '../rtp-description.ts';
import { type Container, type Medium, PartMux } from './part-mux.ts';
import { partTimes } from './part-times.ts';
import { TrackFlow } from './track-flow.ts';

/** A part begins within a few frames; while it is written nothing is in a hurry. */
const pollMs = { waiting: 100, writing: 500 };
const keepMs = 300;
const finishMs = 3000;
const askAgainMs = 1000;
/** The first sender reports have come by then; from then on two clocks drift slowly, and reading them has its price. */
const settledMs = 8_000;
const inStepEveryMs = 5000;

const skeleton = (['video', 'audio'] as const)
  .map((medium) => `funnel name=${medium}-in ! tee name=${medium}-to allow-not-linked=true`)
  .join(' ');

/** The gate lets a part begin with a key frame: the depayloader behind it waits for one when it opens. */
const videoGate = `${packetTap} ! valve name=gate !`;
const receivers = {
  VP8: `${videoGate} rtpvp8depay name=depay wait-for-keyframe=true ! ${countedOut}`,
  H264: `${videoGate} rtph264depay name=depay wait-for-keyframe=true ! h264parse config-interval=-1 ! video/x-h264,stream-format=avc,alignment=au ! ${countedOut}`,
  opus: `${packetTap} ! rtpopusdepay ! opusparse ! ${countedOut}`,
} as const;
const containerOf = { VP8: 'webm', H264: 'mp4' } as const;

const queue = (medium: Medium) => `queue name=${medium} max-size-buffers=0 max-size-bytes=0 max-size-time=0`;

interface Input {
  readonly branch: Branch;
  readonly bound: BoundSocket;
  readonly codec: keyof typeof receivers;
}

type State =
  | { readonly at: 'waiting' }
  /** With a picture: until its key frame, then with the sound. */
  | { readonly at: 'opening'; readonly mux: PartMux; readonly media: Medium[]; readonly pictures: number }
  | { readonly at: 'writing'; readonly mux: PartMux; readonly media: Medium[]; readonly isAnnounced: boolean }
  | { readonly at: 'ending' };

/** One participant's own picture and sound: owns its pipeline, its inputs and the part that is being written. */
export class TrackRecording {
  readonly #about: { stream: string; socket: string; container: Container };
  readonly #emit: Emit<TrackEvent>;
  readonly #pipeline: Gst.Pipeline;
  readonly #inputs = new Map<Medium, Input>();
  readonly #flow = new TrackFlow();
  readonly #lipSync = new LipSync();
  #timer = 0;
  #polledEveryMs = 0;
  readonly #unwatch: () => void;
  #state: State = { at: 'waiting' };
  #ending: { mux: PartMux; ended: Promise<void> } | undefined;
  #container: Container;
  #parts = 0;
  #askedAt = Number.NEGATIVE_INFINITY;
  #receivedAt = Number.NEGATIVE_INFINITY;
  #inStepAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(about: { stream: string; socket: string; container: Container }, emit: Emit<TrackEvent>) {
    this.#about = about;
    this.#emit = emit;
    this.#container = about.container;
    this.#pipeline = Gst.parse_launch(skeleton) as Gst.Pipeline;
    this.#pipeline.use_clock(Gst.SystemClock.obtain());
    this.#unwatch = watchBus(this.#pipeline, {
      onError: ({ source, message }) => this.#failed(`${source}: ${message}`),
      onElement: (_source, structure, path) => this.#ending?.mux.take(structure, path),
    });
    this.#pipeline.set_state(Gst.State.PLAYING);
    this.#pollEvery(pollMs.waiting);
  }

  receive(medium: Medium, input: RtpInput): number {
    const { codec } = input;
    if (codec !== 'VP8' && codec !== 'H264' && codec !== 'opus') throw new Error(`no track in ${codec}`);
    this.forget(medium);
    this.#receivedAt = milliseconds();
    const bound = bindSocket(input.bind);
    const description = `${receivingRtpBin(keepMs)} ${rtpInputDescription(input)} ${receivers[codec]}`;
    const junction = elementOf(this.#pipeline, `${medium}-in`);
    const prepare = (bin: Gst.Bin) => connectInput(bin, bound, input.remote);
    this.#inputs.set(medium, { branch: branchInto(this.#pipeline, junction, description, prepare), bound, codec });
    return bound.port;
  }

  forget(medium: Medium): void {
    const input = this.#inputs.get(medium);
    if (input === undefined) return;
    this.#inputs.delete(medium);
    input.branch.remove();
    input.bound.socket.close();
    if (this.#muxed(medium)) this.#endPart();
  }

  /** Everything is written when this resolves. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    GLib.source_remove(this.#timer);
    this.#endPart();
    await this.#ending?.ended;
    for (const medium of [...this.#inputs.keys()]) this.forget(medium);
    this.#unwatch();
    this.#pipeline.set_state(Gst.State.NULL);
    collectRemoved();
  }

  #muxed(medium: Medium): boolean {
    const state = this.#state;
    return (state.at === 'opening' || state.at === 'writing') && state.media.includes(medium);
  }

  #pollEvery(ms: number): void {
    if (this.#polledEveryMs === ms) return;
    this.#polledEveryMs = ms;
    if (this.#timer !== 0) GLib.source_remove(this.#timer);
    this.#timer = GLib.timeout_add(GLib.PRIORITY_DEFAULT, ms, () => {
      this.#poll(milliseconds());
      return true;
    });
  }

  #poll(now: number): void {
    const [video, audio] = [this.#inputs.get('video')?.branch.bin, this.#inputs.get('audio')?.branch.bin];
    this.#keepInStep(now, video, audio);
    const passed = (bin: Gst.Bin | undefined) => bin && countPassed(bin, 'out');
    this.#flow.note(now, { video: passed(video), audio: passed(audio) });
    this.#state = this.#next(now, video);
    this.#pollEvery(this.#state.at === 'writing' && this.#state.isAnnounced ? pollMs.writing : pollMs.waiting);
  }

  #keepInStep(now: number, video: Gst.Bin | undefined, audio: Gst.Bin | undefined): void {
    const everyMs = now - this.#receivedAt < settledMs ? 0 : inStepEveryMs;
    if (now - this.#inStepAt < everyMs) return;
    this.#inStepAt = now;
    keepInStep(this.#lipSync, now, video, audio);
  }

  #next(now: number, video: Gst.Bin | undefined): State {
    const state = this.#state;
    switch (state.at) {
      case 'waiting': {
        if (video !== undefined && countPassed(video, 'out') === 0) this.#askForKeyFrame(now, video);
        return this.#flow.isReady(now, this.#inputs.size) ? this.#open(now) : state;
      }
      case 'opening': {
        if (video === undefined || !this.#flow.flowing(now).includes('video')) return this.#end(state.mux);
        if (countPassed(video, 'out') === state.pictures) {
          this.#askForKeyFrame(now, video);
          return state;
        }
        state.mux.feed('audio');
        return { at: 'writing', mux: state.mux, media: state.media, isAnnounced: false };
      }
      case 'writing': {
        const isSame = this.#flow.flowing(now).join() === state.media.join();
        if (!isSame) return this.#end(state.mux);
        return state.isAnnounced ? state : this.#announce(state);
      }
      case 'ending':
        return state;
    }
  }

  #open(now: number): State {
    const media = this.#flow.flowing(now);
    const input = this.#inputs.get('video');
    const hasPicture = media.includes('video') && input !== undefined;
    if (hasPicture && input.codec !== 'opus') this.#container = containerOf[input.codec];
    const gate = hasPicture ? elementOf(input.branch.bin, 'gate') : undefined;
    gate?.set_property('drop', true);
    this.#parts += 1;
    const muxed = (medium: Medium) => ({
      [medium]: { tee: elementOf(this.#pipeline, `${medium}-to`), before: queue(medium) },
    });
    const { stream, socket } = this.#about;
    const mux = new PartMux(this.#pipeline, {
      ...{ container: this.#container, socket, stream, part: this.#parts },
      ...Object.assign({}, ...media.map(muxed)),
    });
    mux.feed(hasPicture ? 'video' : 'audio');
    if (!hasPicture) return { at: 'writing', mux, media, isAnnounced: false };
    const pictures = countPassed(input.branch.bin, 'out');
    gate?.set_property('drop', false);
    // VP8 does not wait for it by itself: the writer leaves out what comes before.
    this.#askedAt = Number.NEGATIVE_INFINITY;
    this.#askForKeyFrame(now, input.branch.bin);
    return { at: 'opening', mux, media, pictures };
  }

  #announce(state: Extract<State, { at: 'writing' }>): State {
    const times = partTimes(this.#pipeline, state.mux.begins);
    if (times === undefined) return state;
    this.#emit({ event: 'partBegun', ...state.mux.preface, ...times });
    return { ...state, isAnnounced: true };
  }

  #askForKeyFrame(now: number, bin: Gst.Bin): void {
    if (now - this.#askedAt < askAgainMs) return;
    this.#askedAt = now;
    forceKeyFrame(elementOf(bin, 'depay'));
  }

  #endPart(): void {
    const state = this.#state;
    if (state.at === 'opening' || state.at === 'writing') this.#state = this.#end(state.mux);
  }

  #end(mux: PartMux): State {
    const ended = mux.finish(finishMs).then(() => {
      this.#ending = undefined;
      if (this.#state.at === 'ending') this.#state = { at: 'waiting' };
    });
    this.#ending = { mux, ended };
    return { at: 'ending' };
  }

  #failed(message: string): void {
    this.#emit({ event: 'error', stream: this.#about.stream, message });
    const state = this.#state;
    if (state.at !== 'opening' && state.at !== 'writing') return;
    state.mux.close();
    this.#state = { at: 'waiting' };
  }
}

function milliseconds(): number {
  return GLib.get_monotonic_time() / 1000;
}
