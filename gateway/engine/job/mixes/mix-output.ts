import Gst from 'gi://Gst?version=1.0';
import type { RtpOutput } from '../../protocol.ts';
import { type Branch, branchFromTee, discard } from '../branch.ts';
import { type BoundSocket, bindSocket, connectOutput, elementOf } from '../rtp.ts';
import { applyGain, readLoudness } from '../sound-level.ts';
import { mixOutputDescription, mixSenderDescription } from './mix-description.ts';
import { linkVoice, unlinkVoice, type VoiceLink } from './mix-links.ts';
import { ride } from './riding.ts';

export interface OutputOptions {
  /** Whose voice is left out. */
  readonly exclude: string | undefined;
  readonly bitrateKbps: number;
  readonly rtp: RtpOutput;
}

/** One sum of voices and the stream that carries it. It owns its bin, its socket and the links into it. */
export class MixOutput {
  readonly #pipeline: Gst.Pipeline;
  readonly #bin: Gst.Bin;
  readonly #links = new Map<string, { link: VoiceLink; input: Gst.Bin }>();
  #bound: BoundSocket;
  #sender: Branch;
  #gainDb = 0;
  exclude: string | undefined;

  constructor(pipeline: Gst.Pipeline, outputId: string, { exclude, bitrateKbps, rtp }: OutputOptions) {
    this.#pipeline = pipeline;
    this.exclude = exclude;
    this.#bound = bindSocket(rtp.bind);
    this.#bin = Gst.parse_bin_from_description(mixOutputDescription(bitrateKbps), false);
    this.#bin.name = `output-${outputId}`;
    pipeline.add(this.#bin);
    this.#sender = this.#send(rtp);
  }

  get port(): number {
    return this.#bound.port;
  }

  /** Takes up a message of its `level`. */
  measured(structure: Gst.Structure): void {
    const gainDb = ride(this.#gainDb, readLoudness(structure).peak);
    if (gainDb !== this.#gainDb) applyGain(this.#bin, gainDb);
    this.#gainDb = gainDb;
  }

  /** Begins to sound; voices are linked afterwards. */
  play(): void {
    this.#bin.sync_state_with_parent();
    this.#pipeline.recalculate_latency();
  }

  move(rtp: RtpOutput): void {
    const bound = bindSocket(rtp.bind);
    this.#sender.remove();
    this.#bound.socket.close();
    this.#bound = bound;
    this.#sender = this.#send(rtp);
    this.#pipeline.recalculate_latency();
  }

  /** Lets a voice in, unless it is there or the one that this output leaves out. */
  link(inputId: string, input: Gst.Bin): void {
    if (inputId === this.exclude || this.#links.has(inputId)) return;
    this.#links.set(inputId, { link: linkVoice(this.#pipeline, input, this.#bin), input });
  }

  unlink(inputId: string): void {
    const linked = this.#links.get(inputId);
    if (linked === undefined) return;
    this.#links.delete(inputId);
    unlinkVoice(this.#pipeline, linked.input, this.#bin, linked.link);
  }

  close(): void {
    for (const inputId of [...this.#links.keys()]) this.unlink(inputId);
    discard(this.#pipeline, this.#bin);
    this.release();
  }

  /** The socket alone, when the pipeline has been stopped as a whole. */
  release(): void {
    this.#bound.socket.close();
  }

  #send(rtp: RtpOutput): Branch {
    const prepare = (bin: Gst.Bin) => connectOutput(bin, this.#bound, rtp.remote);
    return branchFromTee(this.#bin, elementOf(this.#bin, 'encoded'), mixSenderDescription(rtp), { prepare });
  }
}
