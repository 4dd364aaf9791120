import GLib from 'gi://GLib?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import { type Branch, branchInto, padOf } from '../branch.ts';
import { JobFailure } from '../job.ts';
import { elementOf } from '../rtp.ts';
import { rawAudio } from '../sound-description.ts';

/** Milliseconds: so much later than now a prompt begins, as the mixer takes nothing that is late. */
const leadMs = 150;
/** What the mixer may still hold when the file has been read to its end. */
const tailMs = 300;
/** A file that gives no sound for so long is given up. */
const patienceMs = 5000;

interface Playing {
  readonly branch: Branch;
  readonly file: string;
  readonly loop: boolean;
  readonly since: number;
  endedAt: number | undefined;
}

/** Plays files into the mixer of what the endpoint hears, one at a time. */
export class LegPrompt {
  readonly #pipeline: Gst.Pipeline;
  readonly #mixer: Gst.Element;
  readonly #onPlayed: () => void;
  #playing: Playing | undefined;

  constructor(pipeline: Gst.Pipeline, mixer: Gst.Element, onPlayed: () => void) {
    this.#pipeline = pipeline;
    this.#mixer = mixer;
    this.#onPlayed = onPlayed;
  }

  play(file: string, loop: boolean): void {
    if (!GLib.file_test(file, GLib.FileTest.IS_REGULAR)) throw new JobFailure('noFile', `there is no file ${file}`);
    this.stop();
    const running = this.#pipeline.get_clock().get_time() - this.#pipeline.get_base_time();
    const prepare = (bin: Gst.Bin) => elementOf(bin, 'file').set_property('location', file);
    const branch = branchInto(this.#pipeline, this.#mixer, description, prepare, running + leadMs * 1_000_000);
    this.#playing = { branch, file, loop, since: milliseconds(), endedAt: undefined };
  }

  stop(): void {
    this.#playing?.branch.remove();
    this.#playing = undefined;
  }

  /** Whether an error comes from the file that is played; it is then given up, and the leg is as well as before. */
  failed(path: readonly Gst.Object[]): boolean {
    if (this.#playing === undefined || !path.includes(this.#playing.branch.bin)) return false;
    this.stop();
    this.#onPlayed();
    return true;
  }

  poll(): void {
    const playing = this.#playing;
    if (playing === undefined) return;
    const now = milliseconds();
    const pad = padOf(playing.branch.bin, 'src');
    if (pad.get_sticky_event(Gst.EventType.EOS, 0) !== null) playing.endedAt ??= now;
    const stuck = pad.get_current_caps() === null && now - playing.since > patienceMs;
    if (!stuck && (playing.endedAt === undefined || now - playing.endedAt < tailMs)) return;
    this.stop();
    if (playing.loop && !stuck) this.play(playing.file, true);
    else this.#onPlayed();
  }
}

const description = `filesrc name=file ! oggdemux ! opusdec ! audioconvert ! audioresample ! ${rawAudio} ! identity name=out silent=true`;

function milliseconds(): number {
  return GLib.get_monotonic_time() / 1000;
}
