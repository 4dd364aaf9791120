import GLib from 'gi://GLib?version=2.0';
import type GObject from 'gi://GObject?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import system from 'system';
import type { MixContract } from '../mix-protocol.ts';
import type { JobCommands, RtpInput, RtpOutput } from '../protocol.ts';
import { type Emit, JobFailure, type RunningJob } from './job.ts';
import { mixInputDescription, mixOutputDescription } from './mix-description.ts';
import { linkVoice, unlinkVoice, type VoiceLink } from './mix-links.ts';
import { collectRemoved, residentBytes, watchBus } from './pipeline.ts';
import { type BoundSocket, bindSocket, connectInput, connectOutput } from './rtp.ts';

/** Without a sound for this long an input counts as stalled, and its level as unknown. */
const stalledMs = 2000;
const levelLastsMs = 400;
const repairDelayMs = 500;

type MixEvent =
  | { event: 'inputLive' | 'inputStalled'; inputId: string }
  | { event: 'error'; source: string; message: string };

interface Input {
  readonly rtp: RtpInput;
  readonly bound: BoundSocket;
  bin: Gst.Bin;
  live: boolean;
  repairing: boolean;
  /** Milliseconds of the monotonic clock. */
  heardAt: number;
  level: { rms: number; peak: number };
}

interface Output {
  readonly bin: Gst.Bin;
  readonly bound: BoundSocket;
  readonly links: Map<string, VoiceLink>;
  exclude: string | undefined;
}

const now = () => GLib.get_monotonic_time() / 1000;

class Mix {
  readonly #emit: Emit<MixEvent>;
  readonly #pipeline = new Gst.Pipeline({ name: 'mix' });
  readonly #inputs = new Map<string, Input>();
  readonly #outputs = new Map<string, Output>();
  readonly #unwatch: () => void;
  readonly #ticking: number;

  constructor(emit: Emit<MixEvent>) {
    this.#emit = emit;
    this.#pipeline.use_clock(Gst.SystemClock.obtain());
    this.#unwatch = watchBus(this.#pipeline, {
      onError: (error) => this.#failed(error),
      onElement: (_source, structure, path) => this.#measured(structure, path),
    });
    this.#ticking = GLib.timeout_add(GLib.PRIORITY_DEFAULT, 500, () => this.#findStalled());
    this.#pipeline.set_state(Gst.State.PLAYING);
  }

  addInput(inputId: string, rtp: RtpInput): { rtpPort: number } {
    if (this.#inputs.has(inputId)) throw new JobFailure('alreadyThere', `input ${inputId}`);
    const bound = bindSocket(rtp.bind);
    const bin = this.#startInput(inputId, rtp, bound);
    const level = { rms: -100, peak: -100 };
    this.#inputs.set(inputId, { rtp, bound, bin, live: false, repairing: false, heardAt: 0, level });
    for (const output of this.#outputs.values()) this.#link(inputId, output);
    return { rtpPort: bound.port };
  }

  removeInput(inputId: string): void {
    const input = this.#input(inputId);
    this.#stopInput(inputId, input);
    this.#inputs.delete(inputId);
    input.bound.socket.close();
    collectRemoved();
  }

  addOutput(outputId: string, exclude: string | undefined, bitrateKbps: number, rtp: RtpOutput): { rtpPort: number } {
    if (this.#outputs.has(outputId)) throw new JobFailure('alreadyThere', `output ${outputId}`);
    const bound = bindSocket(rtp.bind);
    const bin = Gst.parse_bin_from_description(mixOutputDescription(rtp, bitrateKbps), false);
    bin.name = `output-${outputId}`;
    connectOutput(bin, bound, rtp.remote);
    this.#pipeline.add(bin);
    const output: Output = { bin, bound, links: new Map(), exclude };
    this.#outputs.set(outputId, output);
    for (const inputId of this.#inputs.keys()) this.#link(inputId, output);
    bin.sync_state_with_parent();
    this.#pipeline.recalculate_latency();
    return { rtpPort: bound.port };
  }

  setExclude(outputId: string, exclude: string | undefined): void {
    const output = this.#output(outputId);
    output.exclude = exclude;
    for (const inputId of this.#inputs.keys()) {
      if (inputId === exclude) this.#unlink(inputId, output);
      else this.#link(inputId, output);
    }
    collectRemoved();
  }

  removeOutput(outputId: string): void {
    const output = this.#output(outputId);
    for (const inputId of [...output.links.keys()]) this.#unlink(inputId, output);
    this.#outputs.delete(outputId);
    output.bin.set_locked_state(true);
    output.bin.set_state(Gst.State.NULL);
    this.#pipeline.remove(output.bin);
    output.bound.socket.close();
    collectRemoved();
  }

  levels(): Record<string, { rms: number; peak: number }> {
    const heard = [...this.#inputs].filter(([, input]) => now() - input.heardAt < levelLastsMs);
    return Object.fromEntries(heard.map(([inputId, input]) => [inputId, input.level]));
  }

  stats() {
    return { rssBytes: residentBytes(), inputs: this.#inputs.size, outputs: this.#outputs.size };
  }

  close(): void {
    GLib.source_remove(this.#ticking);
    this.#unwatch();
    this.#pipeline.set_state(Gst.State.NULL);
    for (const { bound } of [...this.#inputs.values(), ...this.#outputs.values()]) bound.socket.close();
  }

  #startInput(inputId: string, rtp: RtpInput, bound: BoundSocket): Gst.Bin {
    const bin = Gst.parse_bin_from_description(mixInputDescription(rtp), false);
    bin.name = `input-${inputId}`;
    connectInput(bin, bound, rtp.remote);
    this.#pipeline.add(bin);
    bin.sync_state_with_parent();
    return bin;
  }

  #stopInput(inputId: string, input: Input): void {
    input.bin.set_locked_state(true);
    for (const output of this.#outputs.values()) this.#unlink(inputId, output);
    input.bin.set_state(Gst.State.NULL);
    this.#pipeline.remove(input.bin);
  }

  #link(inputId: string, output: Output): void {
    const input = this.#inputs.get(inputId);
    if (input === undefined || inputId === output.exclude || output.links.has(inputId)) return;
    output.links.set(inputId, linkVoice(this.#pipeline, input.bin, output.bin));
  }

  #unlink(inputId: string, output: Output): void {
    const link = output.links.get(inputId);
    const input = this.#inputs.get(inputId);
    if (link === undefined || input === undefined) return;
    output.links.delete(inputId);
    unlinkVoice(this.#pipeline, input.bin, output.bin, link);
  }

  #input(inputId: string): Input {
    const input = this.#inputs.get(inputId);
    if (input === undefined) throw new JobFailure('unknownInput', inputId);
    return input;
  }

  #output(outputId: string): Output {
    const output = this.#outputs.get(outputId);
    if (output === undefined) throw new JobFailure('unknownOutput', outputId);
    return output;
  }

  #owner(path: Gst.Object[]): [string, Input] | undefined {
    const names = new Set(path.map((object) => object.get_name()));
    return [...this.#inputs].find(([inputId]) => names.has(`input-${inputId}`));
  }

  #measured(structure: Gst.Structure, path: Gst.Object[]): void {
    const [inputId, input] = this.#owner(path) ?? [];
    if (inputId === undefined || input === undefined || structure.get_name() !== 'level') return;
    input.level = { rms: firstOf(structure, 'rms'), peak: firstOf(structure, 'peak') };
    input.heardAt = now();
    if (input.live) return;
    input.live = true;
    this.#emit({ event: 'inputLive', inputId });
  }

  #findStalled(): boolean {
    for (const [inputId, input] of this.#inputs) {
      if (!input.live || now() - input.heardAt < stalledMs) continue;
      input.live = false;
      this.#emit({ event: 'inputStalled', inputId });
    }
    return true;
  }

  #failed({ source, path, message }: { source: string; path: Gst.Object[]; message: string }): void {
    this.#emit({ event: 'error', source, message });
    const [inputId, input] = this.#owner(path) ?? [];
    // A broken output cannot be mended without a break in its stream: the owner of this process starts anew.
    if (inputId === undefined || input === undefined) system.exit(1);
    else this.#repair(inputId, input);
  }

  /** Starts a failed input anew on the same port. */
  #repair(inputId: string, input: Input): void {
    if (input.repairing) return;
    input.repairing = true;
    GLib.timeout_add(GLib.PRIORITY_DEFAULT, repairDelayMs, () => {
      if (this.#inputs.get(inputId) !== input) return false;
      this.#stopInput(inputId, input);
      input.bin = this.#startInput(inputId, input.rtp, input.bound);
      input.repairing = false;
      for (const output of this.#outputs.values()) this.#link(inputId, output);
      collectRemoved();
      return false;
    });
  }
}

/** The first channel's figure in dB; `level` says -inf for silence, which JSON has no number for. */
function firstOf(structure: Gst.Structure, field: string): number {
  const value = (structure.get_value(field) as GObject.ValueArray).get_nth(0) as number;
  return Math.min(0, Math.max(-100, value));
}

export function start(emit: Emit<MixEvent>): RunningJob {
  const mix = new Mix(emit);
  const commands: JobCommands<MixContract> = {
    addInput: ({ inputId, rtp }) => mix.addInput(inputId, rtp),
    removeInput: ({ inputId }) => {
      mix.removeInput(inputId);
      return {};
    },
    addOutput: ({ outputId, exclude, bitrateKbps, rtp }) => mix.addOutput(outputId, exclude, bitrateKbps, rtp),
    setExclude: ({ outputId, exclude }) => {
      mix.setExclude(outputId, exclude ?? undefined);
      return {};
    },
    removeOutput: ({ outputId }) => {
      mix.removeOutput(outputId);
      return {};
    },
    levels: () => ({ levels: mix.levels() }),
    stats: () => mix.stats(),
  };
  return { commands, close: () => mix.close() };
}
