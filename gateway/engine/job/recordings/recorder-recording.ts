import GLib from 'gi://GLib?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import type { RtpInput } from '../../protocol.ts';
import type { RecorderEvent } from '../../recorder-protocol.ts';
import { type Branch, branchInto, countPassed } from '../branch.ts';
import type { Emit } from '../job.ts';
import { keepInStep } from '../keep-in-step.ts';
import { KeyFrameWatch } from '../key-frames.ts';
import { LipSync, type SyncOffsets } from '../lip-sync.ts';
import { playWithMixers } from '../mixes/steady-mixer.ts';
import { packetTap } from '../packet-tap.ts';
import { watchBus } from '../pipeline.ts';
import { ProgramSwitch, programDescription } from '../program-switch.ts';
import { type BoundSocket, bindSocket, connectInput, elementOf, forceKeyFrame } from '../rtp.ts';
import { decoders, receivingRtpBin, rtpInputDescription } from '../rtp-description.ts';
import { rawAudio, steadyMixer } from '../sound-description.ts';
import { readInputSources } from '../sources.ts';
import { PartMux } from './part-mux.ts';
import { partTimes } from './part-times.ts';
import { pictureWatch, RecorderWatch, sizeOf, soundWatch } from './recorder-watch.ts';

/** The part begins within a few frames; afterwards nothing is in a hurry. */
const pollMs = { opening: 20, writing: 250 };
const watchMs = 1000;
/** How late a packet may be: nobody waits for a recording, and what is dropped is lost for ever. */
const keepMs = 300;
/** Sound goes on its way in pieces of so many ms: each costs as much as the next, and nobody listens meanwhile. */
const soundMs = 100;
/** `stop` answers within it. */
const finishMs = 3000;
/** AAC-LC (ISO/IEC 14496-3): a decoder's first frame is what it needs to begin with, and not yet sound. */
const aacPrimingNs = (1024 / 48_000) * 1e9;

/** The fixed part: one picture and one sound, however often their sources change. */
const skeleton = [
  'funnel name=video-out ! h264parse config-interval=-1 ! video/x-h264,stream-format=avc,alignment=au',
  '! identity name=pictures silent=true ! tee name=video-to allow-not-linked=true',
  steadyMixer('audio-in', 'audio-from', keepMs, soundMs),
  `audio-from. ! ${soundWatch} video-to. ! ${pictureWatch}`,
].join(' ');

const soundDescription = `${packetTap} ! ${decoders.opus} ! audioconvert ! audioresample ! ${rawAudio} ! identity name=out silent=true`;

/**
 * The muxer takes no new caps once it runs: a change of the picture's size reaches it only in the parameter sets in
 * band, and players follow those. The encoder need not search: what its quick coder makes of one channel with so many
 * bits is nearer to what came in, for half the work.
 */
const beforeMux = {
  video:
    'queue name=video max-size-buffers=0 max-size-bytes=0 max-size-time=0 ! capssetter name=fixed join=false replace=true',
  audio:
    'queue name=audio max-size-buffers=0 max-size-bytes=0 max-size-time=0 ! audioconvert ! avenc_aac bitrate=128000 aac-coder=fast ! aacparse',
} as const;

interface Input {
  readonly branch: Branch;
  readonly bound: BoundSocket;
}

/** Waiting for a first picture → waiting for the key frame that the part begins with → writing → over. */
type State =
  | { readonly at: 'waiting' }
  | { readonly at: 'opening'; readonly mux: PartMux; readonly pictures: number }
  | { readonly at: 'writing'; readonly mux: PartMux; readonly isAnnounced: boolean }
  | { readonly at: 'over' };

/**
 * Owns the pipeline, its inputs and the part. The part is opened when the size of the picture is known, and begins
 * with the next key frame, asked for at once. While the program is away a plain slide takes its place: the muxer waits
 * for each of its streams, and meanwhile nothing would reach the disk.
 */
export class Recording {
  readonly #socket: string;
  readonly #emit: Emit<RecorderEvent>;
  readonly #pipeline: Gst.Pipeline;
  readonly #switch: ProgramSwitch;
  readonly #watch: RecorderWatch;
  readonly #firstPicture = new KeyFrameWatch();
  readonly #lipSync = new LipSync();
  readonly #unwatch: () => void;
  #delays: SyncOffsets = { videoNs: 0, audioNs: 0 };
  #timer = 0;
  #state: State = { at: 'waiting' };
  #ending: PartMux | undefined;
  #video: Input | undefined;
  #audio: Input | undefined;
  #watchedAt = 0;

  constructor(socket: string, emit: Emit<RecorderEvent>) {
    this.#socket = socket;
    this.#emit = emit;
    this.#pipeline = Gst.parse_launch(skeleton) as Gst.Pipeline;
    this.#pipeline.use_clock(Gst.SystemClock.obtain());
    this.#switch = new ProgramSwitch(this, { text: '', awayMs: 1000, onShowing: () => {} });
    this.#watch = new RecorderWatch(this.#pipeline, milliseconds());
    this.#unwatch = watchBus(this.#pipeline, {
      onError: ({ source, message }) => emit({ event: 'error', code: 'pipeline', message: `${source}: ${message}` }),
      onElement: (source, structure, path) => {
        this.#ending?.take(structure, path);
        this.#watch.take(source, structure, milliseconds());
      },
    });
    playWithMixers(this.#pipeline, ['audio-in']);
    this.#pollEvery(pollMs.opening);
  }

  get pipeline(): Gst.Pipeline {
    return this.#pipeline;
  }

  get out(): Gst.Element {
    return elementOf(this.#pipeline, 'video-out');
  }

  get receiveBin(): Gst.Bin | undefined {
    return this.#video?.branch.bin;
  }

  get delayNs(): number {
    return this.#delays.videoNs;
  }

  get speaking(): boolean {
    return this.#state.at === 'opening' || this.#state.at === 'writing';
  }

  receiveVideo(input: RtpInput): number {
    this.#switch.programReplaced();
    drop(this.#video);
    this.#video = this.#receive(input, 'video-out', programDescription, this.#delays.videoNs);
    return this.#video.bound.port;
  }

  receiveAudio(input: RtpInput): number {
    drop(this.#audio);
    this.#audio = this.#receive(input, 'audio-in', soundDescription, this.#delays.audioNs);
    return this.#audio.bound.port;
  }

  async stop(): Promise<void> {
    const state = this.#state;
    this.#state = { at: 'over' };
    if (state.at === 'opening') state.mux.close();
    if (state.at !== 'writing') return;
    this.#ending = state.mux;
    await state.mux.finish(finishMs);
  }

  /** Also finishes a part that nobody stopped. */
  async close(): Promise<void> {
    GLib.source_remove(this.#timer);
    await this.stop();
    this.#unwatch();
    this.#switch.close();
    drop(this.#video);
    drop(this.#audio);
    this.#pipeline.set_state(Gst.State.NULL);
  }

  #receive(input: RtpInput, into: string, decode: string, delayNs: number): Input {
    const bound = bindSocket(input.bind);
    const description = `${receivingRtpBin(keepMs)} ${rtpInputDescription(input)} ${decode}`;
    const junction = elementOf(this.#pipeline, into);
    const prepare = (bin: Gst.Bin) => connectInput(bin, bound, input.remote);
    const branch = branchInto(this.#pipeline, junction, description, prepare, delayNs);
    return { branch, bound };
  }

  #pollEvery(ms: number): void {
    if (this.#timer !== 0) GLib.source_remove(this.#timer);
    this.#timer = GLib.timeout_add(GLib.PRIORITY_DEFAULT, ms, () => {
      this.#poll(milliseconds());
      return true;
    });
  }

  #poll(now: number): void {
    const state = this.#state;
    if (state.at === 'over') return;
    this.#delays = keepInStep(this.#lipSync, now, this.#video?.branch.bin, this.#audio?.branch.bin) ?? this.#delays;
    if (state.at === 'waiting') {
      this.#lookForPicture(now);
      return;
    }
    this.#switch.poll(now);
    if (state.at === 'opening' && countPassed(this.#pipeline, 'pictures') > state.pictures) {
      state.mux.feed('audio');
      this.#state = { at: 'writing', mux: state.mux, isAnnounced: false };
    }
    if (state.at === 'writing' && !state.isAnnounced) this.#announce(state.mux);
    if (state.at === 'writing' && now - this.#watchedAt >= watchMs) {
      this.#watchedAt = now;
      this.#emit({ event: 'watch', ...this.#watch.look(now, this.#switch.showing === 'slide') });
    }
  }

  /** As soon as it is known when picture and sound begin. */
  #announce(mux: PartMux): void {
    const times = partTimes(this.#pipeline, mux.begins, aacPrimingNs);
    if (times === undefined) return;
    this.#emit({ event: 'partBegun', ...mux.preface, ...times });
    this.#state = { at: 'writing', mux, isAnnounced: true };
    this.#pollEvery(pollMs.writing);
  }

  #lookForPicture(now: number): void {
    const bin = this.#video?.branch.bin;
    if (bin === undefined) return;
    const gate = elementOf(bin, 'gate');
    gate.set_property('drop', false);
    const packets = readInputSources(bin).reduce((sum, source) => sum + source.packetsReceived, 0);
    const frames = countPassed(this.#pipeline, 'pictures');
    const size = sizeOf(this.#pipeline, 'pictures');
    if (frames > 0 && size !== undefined) {
      gate.set_property('drop', true);
      this.#open(size);
    } else if (this.#firstPicture.isDue(now, { packets, frames })) forceKeyFrame(elementOf(bin, 'depay'));
  }

  #open({ caps, width, height }: { caps: Gst.Caps; width: number; height: number }): void {
    this.#switch.fit({ width, height, kbps: 200 });
    const medium = (tee: string, before: string) => ({ tee: elementOf(this.#pipeline, tee), before });
    const mux = new PartMux(this.#pipeline, {
      container: 'mp4',
      socket: this.#socket,
      stream: 'program',
      part: 1,
      video: medium('video-to', beforeMux.video),
      audio: medium('audio-from', beforeMux.audio),
      prepare: (bin) => elementOf(bin, 'fixed').set_property('caps', caps),
    });
    mux.feed('video');
    // A picture may still be on its way to the part; it is not counted as the first, but nor does it come: the
    // closed gate is 20 ms and a tee away.
    this.#state = { at: 'opening', mux, pictures: countPassed(this.#pipeline, 'pictures') };
  }
}

function drop(input: Input | undefined): void {
  input?.branch.remove();
  input?.bound.socket.close();
}

function milliseconds(): number {
  return GLib.get_monotonic_time() / 1000;
}
