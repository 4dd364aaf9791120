import GLib from 'gi://GLib?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import type { RtpInput } from '../../protocol.ts';
import { type BoundSocket, bindSocket, connectInput } from '../rtp.ts';
import { applyGain, readLoudness } from '../sound-level.ts';
import { type Levelling, type Loudness, level, startLevelling } from './levelling.ts';
import { mixInputDescription } from './mix-description.ts';

/** A gain moves by so much with each buffer of sound: 25 dB a second, without a click. */
const stepDb = 0.5;
const stepMs = 20;
/** The most that `volume` can do. */
const loudestDb = 20;

export interface InputOptions {
  readonly rtp: RtpInput;
  /** Chosen, in dB. */
  readonly gainDb: number;
  readonly levelling: boolean;
}

/** One voice: its stream, its level and its gain. It owns its bin and its socket. */
export class MixInput {
  readonly #pipeline: Gst.Pipeline;
  readonly #name: string;
  readonly #rtp: RtpInput;
  readonly #bound: BoundSocket;
  readonly #levels: boolean;
  #bin: Gst.Bin;
  #chosenDb: number;
  #levelling: Levelling;
  #appliedDb: number;
  #moving: number | undefined;
  #loudness: Loudness = { rms: -100, peak: -100 };

  constructor(
    pipeline: Gst.Pipeline,
    inputId: string,
    { rtp, gainDb, levelling }: InputOptions,
    before = startLevelling,
  ) {
    this.#pipeline = pipeline;
    this.#name = `input-${inputId}`;
    this.#rtp = rtp;
    this.#levels = levelling;
    this.#levelling = levelling ? before : startLevelling;
    this.#chosenDb = gainDb;
    this.#appliedDb = this.#wantedDb();
    this.#bound = bindSocket(rtp.bind);
    this.#bin = this.#start();
  }

  get bin(): Gst.Bin {
    return this.#bin;
  }

  get port(): number {
    return this.#bound.port;
  }

  get loudness(): Loudness {
    return this.#loudness;
  }

  /** What is added to the voice now, in dB. */
  get gainDb(): number {
    return this.#appliedDb;
  }

  get levelling(): Levelling {
    return this.#levelling;
  }

  setGain(gainDb: number): void {
    this.#chosenDb = gainDb;
    this.#approach();
  }

  /** Takes up a message of its `level`. */
  measured(structure: Gst.Structure): void {
    this.#loudness = readLoudness(structure);
    if (!this.#levels) return;
    this.#levelling = level(this.#levelling, this.#loudness);
    this.#approach();
  }

  /** Nothing may be linked to the bin any more. */
  stop(): void {
    this.#bin.set_locked_state(true);
    this.#bin.set_state(Gst.State.NULL);
    this.#pipeline.remove(this.#bin);
  }

  /** Begins anew on the same port after `stop`. */
  restart(): void {
    this.#bin = this.#start();
  }

  /** The socket and the timer, when the bin has been stopped. */
  release(): void {
    if (this.#moving !== undefined) GLib.source_remove(this.#moving);
    this.#moving = undefined;
    this.#bound.socket.close();
  }

  #start(): Gst.Bin {
    const bin = Gst.parse_bin_from_description(mixInputDescription(this.#rtp), false);
    bin.name = this.#name;
    connectInput(bin, this.#bound, this.#rtp.remote);
    applyGain(bin, this.#appliedDb);
    this.#pipeline.add(bin);
    bin.sync_state_with_parent();
    return bin;
  }

  /** Moves the gain step by step to where it is to be. */
  #approach(): void {
    if (this.#moving !== undefined || this.#appliedDb === this.#wantedDb()) return;
    this.#moving = GLib.timeout_add(GLib.PRIORITY_DEFAULT, stepMs, () => {
      const wanted = this.#wantedDb();
      const off = wanted - this.#appliedDb;
      const arrived = Math.abs(off) <= stepDb;
      this.#appliedDb = arrived ? wanted : this.#appliedDb + Math.sign(off) * stepDb;
      applyGain(this.#bin, this.#appliedDb);
      if (arrived) this.#moving = undefined;
      return !arrived;
    });
  }

  #wantedDb(): number {
    return Math.min(loudestDb, this.#chosenDb + this.#levelling.gainDb);
  }
}
