import GLib from 'gi://GLib?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import system from 'system';
import type { MixContract } from '../mix-protocol.ts';
import type { JobCommands, RtpOutput } from '../protocol.ts';
import { type Emit, JobFailure, type RunningJob } from './job.ts';
import type { Levelling, Loudness } from './mixes/levelling.ts';
import { type InputOptions, MixInput } from './mixes/mix-input.ts';
import { MixOutput, type OutputOptions } from './mixes/mix-output.ts';
import { collectRemoved, residentBytes, watchBus } from './pipeline.ts';

/** Without a sound for this long an input counts as stalled, and its level as unknown. */
const stalledMs = 2000;
const levelLastsMs = 400;
const repairDelayMs = 500;
/** Of so many voices that are gone it is known how loud they were. */
const remembered = 200;

type MixEvent =
  | { event: 'inputLive' | 'inputStalled'; inputId: string }
  | { event: 'error'; source: string; message: string };

interface Listened {
  readonly input: MixInput;
  live: boolean;
  repairing: boolean;
  /** Milliseconds of the monotonic clock. */
  heardAt: number;
}

const now = () => GLib.get_monotonic_time() / 1000;

class Mix {
  readonly #emit: Emit<MixEvent>;
  readonly #pipeline = new Gst.Pipeline({ name: 'mix' });
  readonly #inputs = new Map<string, Listened>();
  readonly #outputs = new Map<string, MixOutput>();
  /** Of voices that are gone: a microphone that opens again is as loud as it was. */
  readonly #levellings = new Map<string, Levelling>();
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

  addInput(inputId: string, options: InputOptions): { rtpPort: number } {
    if (this.#inputs.has(inputId)) throw new JobFailure('alreadyThere', `input ${inputId}`);
    const input = new MixInput(this.#pipeline, inputId, options, this.#levellings.get(inputId));
    this.#inputs.set(inputId, { input, live: false, repairing: false, heardAt: 0 });
    for (const output of this.#outputs.values()) output.link(inputId, input.bin);
    return { rtpPort: input.port };
  }

  setGain(inputId: string, gainDb: number): void {
    this.#input(inputId).input.setGain(gainDb);
  }

  removeInput(inputId: string): void {
    const { input } = this.#input(inputId);
    this.#stop(inputId, input);
    this.#inputs.delete(inputId);
    this.#remember(inputId, input.levelling);
    input.release();
    collectRemoved();
  }

  addOutput(outputId: string, options: OutputOptions): { rtpPort: number } {
    if (this.#outputs.has(outputId)) throw new JobFailure('alreadyThere', `output ${outputId}`);
    const output = new MixOutput(this.#pipeline, outputId, options);
    this.#outputs.set(outputId, output);
    // It runs before any voice comes: one that is turned away because this is not ready stops for all.
    output.play();
    for (const [inputId, { input }] of this.#inputs) output.link(inputId, input.bin);
    return { rtpPort: output.port };
  }

  moveOutput(outputId: string, rtp: RtpOutput): { rtpPort: number } {
    const output = this.#output(outputId);
    output.move(rtp);
    return { rtpPort: output.port };
  }

  setExclude(outputId: string, exclude: string | undefined): void {
    const output = this.#output(outputId);
    output.exclude = exclude;
    for (const [inputId, { input }] of this.#inputs) {
      if (inputId === exclude) output.unlink(inputId);
      else output.link(inputId, input.bin);
    }
    collectRemoved();
  }

  removeOutput(outputId: string): void {
    const output = this.#output(outputId);
    this.#outputs.delete(outputId);
    output.close();
  }

  levels(): Record<string, Loudness> {
    const heard = [...this.#inputs].filter(([, { heardAt }]) => now() - heardAt < levelLastsMs);
    return Object.fromEntries(heard.map(([inputId, { input }]) => [inputId, input.loudness]));
  }

  stats() {
    const gains = Object.fromEntries([...this.#inputs].map(([inputId, { input }]) => [inputId, input.gainDb]));
    return { rssBytes: residentBytes(), inputs: this.#inputs.size, outputs: this.#outputs.size, gains };
  }

  close(): void {
    GLib.source_remove(this.#ticking);
    this.#unwatch();
    this.#pipeline.set_state(Gst.State.NULL);
    for (const { input } of this.#inputs.values()) input.release();
    for (const output of this.#outputs.values()) output.release();
  }

  #stop(inputId: string, input: MixInput): void {
    for (const output of this.#outputs.values()) output.unlink(inputId);
    input.stop();
  }

  #remember(inputId: string, levelling: Levelling): void {
    this.#levellings.delete(inputId);
    this.#levellings.set(inputId, levelling);
    const [oldest] = this.#levellings.keys();
    if (this.#levellings.size > remembered && oldest !== undefined) this.#levellings.delete(oldest);
  }

  #input(inputId: string): Listened {
    const input = this.#inputs.get(inputId);
    if (input === undefined) throw new JobFailure('unknownInput', inputId);
    return input;
  }

  #output(outputId: string): MixOutput {
    const output = this.#outputs.get(outputId);
    if (output === undefined) throw new JobFailure('unknownOutput', outputId);
    return output;
  }

  #owner(path: Gst.Object[]): [string, Listened] | undefined {
    const inputId = nameAfter('input-', path);
    const listened = inputId === undefined ? undefined : this.#inputs.get(inputId);
    return inputId === undefined || listened === undefined ? undefined : [inputId, listened];
  }

  #measured(structure: Gst.Structure, path: Gst.Object[]): void {
    if (structure.get_name() !== 'level') return;
    const [inputId, listened] = this.#owner(path) ?? [];
    if (inputId === undefined || listened === undefined) {
      this.#outputs.get(nameAfter('output-', path) ?? '')?.measured(structure);
      return;
    }
    listened.input.measured(structure);
    listened.heardAt = now();
    if (listened.live) return;
    listened.live = true;
    this.#emit({ event: 'inputLive', inputId });
  }

  #findStalled(): boolean {
    for (const [inputId, listened] of this.#inputs) {
      if (!listened.live || now() - listened.heardAt < stalledMs) continue;
      listened.live = false;
      this.#emit({ event: 'inputStalled', inputId });
    }
    return true;
  }

  #failed({ source, path, message }: { source: string; path: Gst.Object[]; message: string }): void {
    this.#emit({ event: 'error', source, message });
    const [inputId, listened] = this.#owner(path) ?? [];
    // A broken output cannot be mended without a break in its stream: the owner of this process starts anew.
    if (inputId === undefined || listened === undefined) system.exit(1);
    else this.#repair(inputId, listened);
  }

  /** Starts an input that has failed anew on the same port. */
  #repair(inputId: string, listened: Listened): void {
    if (listened.repairing) return;
    listened.repairing = true;
    GLib.timeout_add(GLib.PRIORITY_DEFAULT, repairDelayMs, () => {
      if (this.#inputs.get(inputId) !== listened) return false;
      const { input } = listened;
      this.#stop(inputId, input);
      input.restart();
      listened.repairing = false;
      for (const output of this.#outputs.values()) output.link(inputId, input.bin);
      collectRemoved();
      return false;
    });
  }
}

export function start(emit: Emit<MixEvent>): RunningJob {
  const mix = new Mix(emit);
  const commands: JobCommands<MixContract> = {
    addInput: ({ inputId, ...options }) => mix.addInput(inputId, options),
    setGain: ({ inputId, gainDb }) => done(() => mix.setGain(inputId, gainDb)),
    removeInput: ({ inputId }) => done(() => mix.removeInput(inputId)),
    addOutput: ({ outputId, exclude, bitrateKbps, rtp }) => mix.addOutput(outputId, { exclude, bitrateKbps, rtp }),
    moveOutput: ({ outputId, rtp }) => mix.moveOutput(outputId, rtp),
    setExclude: ({ outputId, exclude }) => done(() => mix.setExclude(outputId, exclude ?? undefined)),
    removeOutput: ({ outputId }) => done(() => mix.removeOutput(outputId)),
    levels: () => ({ levels: mix.levels() }),
    stats: () => mix.stats(),
  };
  return { commands, close: () => mix.close() };
}

/** Whose bin, of those that are named so, is on the way to an element. */
function nameAfter(prefix: string, path: Gst.Object[]): string | undefined {
  // The outermost but the pipeline.
  const name = path.at(-2)?.get_name();
  return name?.startsWith(prefix) ? name.slice(prefix.length) : undefined;
}

function done(act: () => void): Record<string, never> {
  act();
  return {};
}
