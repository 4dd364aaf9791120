import GLib from 'gi://GLib?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import type { RtpInput } from '../protocol.ts';
import type { RecorderEvent } from '../recorder-protocol.ts';
import { type Branch, branchInto, countPassed, padOf } from './branch.ts';
import type { Emit } from './job.ts';
import { KeyFrameWatch } from './key-frames.ts';
import { LipSync, type SyncOffsets } from './lip-sync.ts';
import { packetTap } from './packet-tap.ts';
import { collectRemoved, watchBus } from './pipeline.ts';
import { ProgramSwitch, programDescription } from './program-switch.ts';
import { type OpenFile, openFile, sizeOf } from './recorder-file.ts';
import { indexFile } from './recorder-index.ts';
import { type BoundSocket, bindSocket, connectInput, elementOf, forceKeyFrame } from './rtp.ts';
import { decoders, patientRtpBin, rtpInputDescription } from './rtp-description.ts';
import { rawAudio, steadyMixer } from './sound-description.ts';
import { readInputSources } from './sources.ts';
import { playWithMixers } from './steady-mixer.ts';
import { readClock } from './stream-clock.ts';

const pollMs = 20;
const progressMs = 1000;
/** How late a packet may be: nobody waits for a recording, and what is dropped is lost for ever. */
const keepMs = 300;
/** `stop` answers within their sum: the muxer's last fragment, then the copy with an index. */
const finishMs = 3000;
const indexMs = 20_000;

/** The fixed part: one picture and one sound, however often their sources change. */
const skeleton = [
  'funnel name=video-out ! h264parse config-interval=-1 ! video/x-h264,stream-format=avc,alignment=au',
  '! identity name=pictures silent=true ! tee name=video-to allow-not-linked=true',
  steadyMixer('audio-in', 'audio-from', keepMs),
].join(' ');

const soundDescription = `${packetTap} ! ${decoders.opus} ! audioconvert ! audioresample ! ${rawAudio} ! identity name=out silent=true`;

interface Input {
  readonly branch: Branch;
  readonly bound: BoundSocket;
}

/** Waiting for a first picture → waiting for the key frame that the file begins with → writing → over. */
type State =
  | { readonly at: 'waiting' }
  | { readonly at: 'opening'; readonly file: OpenFile; readonly pictures: number }
  | { readonly at: 'writing'; readonly file: OpenFile; readonly since: number }
  | { readonly at: 'over' };

/**
 * Owns the pipeline, its inputs and the file. The file is opened when the size of the picture is known, and begins
 * with the next key frame, asked for at once. While the program is away a plain slide takes its place: the muxer waits
 * for each of its streams, and meanwhile nothing would reach the disk.
 */
export class Recording {
  readonly #path: string;
  readonly #emit: Emit<RecorderEvent>;
  readonly #pipeline: Gst.Pipeline;
  readonly #switch: ProgramSwitch;
  readonly #firstPicture = new KeyFrameWatch();
  readonly #lipSync = new LipSync();
  #delays: SyncOffsets = { videoNs: 0, audioNs: 0 };
  readonly #timer: number;
  readonly #unwatch: () => void;
  #state: State = { at: 'waiting' };
  #ending: OpenFile | undefined;
  #video: Input | undefined;
  #audio: Input | undefined;
  #progressAt = 0;

  constructor(path: string, emit: Emit<RecorderEvent>) {
    this.#path = path;
    this.#emit = emit;
    this.#pipeline = Gst.parse_launch(skeleton) as Gst.Pipeline;
    this.#pipeline.use_clock(Gst.SystemClock.obtain());
    this.#pipeline.set_property('message-forward', true);
    this.#switch = new ProgramSwitch(this, { text: '', awayMs: 1000, onShowing: () => {} });
    this.#unwatch = watchBus(this.#pipeline, {
      onError: ({ source, message }) => emit({ event: 'error', code: 'pipeline', message: `${source}: ${message}` }),
      onElement: (_source, structure) => {
        // Only the file's sink ever ends; the pipeline would keep that to itself while its other sinks go on.
        if (structure.get_name() === 'GstBinForwarded') this.#ending?.noteEnd();
      },
    });
    playWithMixers(this.#pipeline, ['audio-in']);
    this.#timer = GLib.timeout_add(GLib.PRIORITY_DEFAULT, pollMs, () => {
      this.#poll(milliseconds());
      return true;
    });
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
    return this.#fileOf() !== undefined;
  }

  receiveVideo(input: RtpInput): number {
    drop(this.#video);
    this.#video = this.#receive(input, 'video-out', programDescription, this.#delays.videoNs);
    this.#switch.programReplaced();
    return this.#video.bound.port;
  }

  receiveAudio(input: RtpInput): number {
    drop(this.#audio);
    this.#audio = this.#receive(input, 'audio-in', soundDescription, this.#delays.audioNs);
    return this.#audio.bound.port;
  }

  async stop(): Promise<{ durationMs: number; bytes: number }> {
    const state = this.#state;
    this.#state = { at: 'over' };
    if (state.at === 'opening') state.file.close();
    if (state.at !== 'writing') return { durationMs: 0, bytes: 0 };
    const durationMs = Math.round(milliseconds() - state.since);
    await this.#finish(state.file);
    await indexFile(this.#path, indexMs);
    return { durationMs, bytes: sizeOf(this.#path) };
  }

  /** Also finishes a file that nobody stopped: it plays, without an index of its own. */
  async close(): Promise<void> {
    const state = this.#state;
    this.#state = { at: 'over' };
    GLib.source_remove(this.#timer);
    if (state.at === 'writing') await this.#finish(state.file);
    this.#unwatch();
    this.#switch.close();
    drop(this.#video);
    drop(this.#audio);
    this.#pipeline.set_state(Gst.State.NULL);
  }

  async #finish(file: OpenFile): Promise<void> {
    this.#ending = file;
    await file.finish(finishMs);
  }

  #fileOf(): OpenFile | undefined {
    return this.#state.at === 'opening' || this.#state.at === 'writing' ? this.#state.file : undefined;
  }

  #receive(input: RtpInput, into: string, decode: string, delayNs: number): Input {
    const bound = bindSocket(input.bind);
    const description = `${patientRtpBin(keepMs)} ${rtpInputDescription(input)} ${decode}`;
    const junction = elementOf(this.#pipeline, into);
    const prepare = (bin: Gst.Bin) => connectInput(bin, bound, input.remote);
    const branch = branchInto(this.#pipeline, junction, description, prepare, delayNs);
    return { branch, bound };
  }

  #poll(now: number): void {
    const state = this.#state;
    if (state.at === 'over') return;
    this.#keepInStep(now);
    if (state.at === 'waiting') {
      this.#lookForPicture(now);
      return;
    }
    this.#switch.poll(now);
    if (state.at === 'opening' && countPassed(this.#pipeline, 'pictures') > state.pictures) {
      state.file.addSound();
      this.#state = { at: 'writing', file: state.file, since: now };
      this.#progressAt = now;
      this.#emit({ event: 'started', atMs: Date.now() });
    }
    if (state.at === 'writing' && now - this.#progressAt >= progressMs) {
      this.#progressAt += progressMs;
      this.#emit({ event: 'progress', durationMs: Math.round(now - state.since), bytes: sizeOf(this.#path) });
      // Polling leaves native objects behind that gjs does not see as large.
      collectRemoved();
    }
  }

  #keepInStep(now: number): void {
    const [video, audio] = [this.#video?.branch.bin, this.#audio?.branch.bin];
    if (video === undefined || audio === undefined || !this.#lipSync.isDue(now)) return;
    const clockOf = (bin: Gst.Bin, clockRate: number) => readClock(bin, readInputSources(bin), clockRate);
    const offsets = this.#lipSync.measure(now, clockOf(video, 90_000), clockOf(audio, 48_000));
    if (offsets === undefined) return;
    this.#delays = offsets;
    padOf(video, 'src').set_offset(offsets.videoNs);
    padOf(audio, 'src').set_offset(offsets.audioNs);
  }

  #lookForPicture(now: number): void {
    const bin = this.#video?.branch.bin;
    if (bin === undefined) return;
    const gate = elementOf(bin, 'gate');
    gate.set_property('drop', false);
    const packets = readInputSources(bin).reduce((sum, source) => sum + source.packetsReceived, 0);
    const frames = countPassed(this.#pipeline, 'pictures');
    const caps = padOf(elementOf(this.#pipeline, 'pictures'), 'src').get_current_caps();
    if (frames > 0 && caps !== null) {
      gate.set_property('drop', true);
      this.#open(caps);
    } else if (this.#firstPicture.isDue(now, { packets, frames })) forceKeyFrame(elementOf(bin, 'depay'));
  }

  #open(caps: Gst.Caps): void {
    const size = caps.get_structure(0);
    this.#switch.fit({ width: Number(size.get_value('width')), height: Number(size.get_value('height')), kbps: 200 });
    const [video, audio] = [elementOf(this.#pipeline, 'video-to'), elementOf(this.#pipeline, 'audio-from')];
    const file = openFile(this.#pipeline, { file: this.#path, caps, video, audio });
    // A picture may still be on its way to the file; it is not counted as the first, but nor does it come: the
    // closed gate is 20 ms and a tee away.
    this.#state = { at: 'opening', file, pictures: countPassed(this.#pipeline, 'pictures') };
  }
}

function drop(input: Input | undefined): void {
  input?.branch.remove();
  input?.bound.socket.close();
}

function milliseconds(): number {
  return GLib.get_monotonic_time() / 1000;
}
