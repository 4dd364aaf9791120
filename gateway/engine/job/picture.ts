import GLib from 'gi://GLib?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import system from 'system';
import type { PictureContract, PictureOutput, PictureScene } from '../picture-protocol.ts';
import type { JobCommands } from '../protocol.ts';
import { type Emit, JobFailure, type RunningJob } from './job.ts';
import { pictureOutputDescription } from './picture-description.ts';
import { PictureInput, type VideoInput } from './picture-input.ts';
import { Stage } from './picture-stage.ts';
import { collectRemoved, residentBytes, watchBus } from './pipeline.ts';
import { type BoundSocket, bindSocket, connectOutput, countRendered, elementOf, forceKeyFrame } from './rtp.ts';

const observeMs = 200;
const repairDelayMs = 500;

type PictureEvent =
  | { event: 'outputStarted' }
  | { event: 'inputLive' | 'inputStalled'; inputId: string }
  | { event: 'error'; source: string; message: string };

/** The running composition: made by `configureOutput`, closed with the job. */
class Picture {
  readonly #emit: Emit<PictureEvent>;
  readonly #output: PictureOutput;
  readonly #bound: BoundSocket;
  readonly #pipeline: Gst.Pipeline;
  readonly #compositor: Gst.Element;
  readonly #stage: Stage;
  readonly #inputs = new Map<string, PictureInput>();
  readonly #repairing = new Set<PictureInput>();
  readonly #unwatch: () => void;
  readonly #observing: number;
  #started = false;

  constructor(output: PictureOutput, emit: Emit<PictureEvent>) {
    this.#emit = emit;
    this.#output = output;
    this.#bound = bindSocket(output.rtp.bind);
    this.#pipeline = Gst.parse_launch(pictureOutputDescription(output)) as Gst.Pipeline;
    connectOutput(this.#pipeline, this.#bound, output.rtp.remote);
    this.#pipeline.use_clock(Gst.SystemClock.obtain());
    this.#compositor = elementOf(this.#pipeline, 'compositor');
    this.#unwatch = watchBus(this.#pipeline, { onError: (error) => this.#failed(error) });
    this.#stage = new Stage(this.#pipeline, this.#compositor, output);
    this.#pipeline.set_state(Gst.State.PLAYING);
    this.#observing = GLib.timeout_add(GLib.PRIORITY_DEFAULT, observeMs, () => this.#observe());
  }

  get rtpPort(): number {
    return this.#bound.port;
  }

  setBitrate(kbps: number): void {
    elementOf(this.#pipeline, 'encoder').set_property('bitrate', kbps);
  }

  requestKeyFrame(): void {
    forceKeyFrame(elementOf(this.#pipeline, 'encoder'));
  }

  addInput(inputId: string, rtp: VideoInput): { rtpPort: number } {
    if (this.#inputs.has(inputId)) throw new JobFailure('alreadyThere', `input ${inputId}`);
    const bound = bindSocket(rtp.bind);
    this.#inputs.set(inputId, new PictureInput(this.#pipeline, this.#compositor, rtp, bound));
    return { rtpPort: bound.port };
  }

  removeInput(inputId: string): void {
    const input = this.#inputs.get(inputId);
    if (input === undefined) throw new JobFailure('unknownInput', inputId);
    this.#inputs.delete(inputId);
    this.#stage.arrange(this.#inputs);
    input.close();
    collectRemoved();
  }

  setTiles(scene: PictureScene): void {
    this.#stage.scene = scene;
    this.#stage.arrange(this.#inputs);
  }

  stats() {
    const inputs = [...this.#inputs].map(([inputId, input]) => {
      return [inputId, { live: input.live, frames: input.frames, ...input.counts() }] as const;
    });
    return { framesOut: this.#framesOut(), rssBytes: residentBytes(), inputs: Object.fromEntries(inputs) };
  }

  close(): void {
    GLib.source_remove(this.#observing);
    this.#unwatch();
    this.#pipeline.set_state(Gst.State.NULL);
    for (const { bound } of this.#inputs.values()) bound.socket.close();
    this.#bound.socket.close();
  }

  #framesOut(): number {
    return countRendered(elementOf(this.#pipeline, 'encoded-frames'));
  }

  #observe(): boolean {
    if (!this.#started && this.#framesOut() > 0) {
      this.#started = true;
      this.#emit({ event: 'outputStarted' });
    }
    const changed = [...this.#inputs].filter(([, input]) => {
      const before = input.live;
      return input.observe(GLib.get_monotonic_time() / 1000, this.#output.stallMs) !== before;
    });
    if (changed.length > 0) this.#stage.arrange(this.#inputs);
    for (const [inputId, { live }] of changed) this.#emit({ event: live ? 'inputLive' : 'inputStalled', inputId });
    return true;
  }

  #failed({ source, path, message }: { source: string; path: Gst.Object[]; message: string }): void {
    this.#emit({ event: 'error', source, message });
    const found = [...this.#inputs].find(([, input]) => input.owns(path));
    // The output itself cannot be mended without a break in its stream: the owner of this process starts anew.
    if (found === undefined) system.exit(1);
    else this.#repair(...found);
  }

  #repair(inputId: string, input: PictureInput): void {
    if (this.#repairing.has(input)) return;
    this.#repairing.add(input);
    GLib.timeout_add(GLib.PRIORITY_DEFAULT, repairDelayMs, () => {
      this.#repairing.delete(input);
      if (this.#inputs.get(inputId) !== input) return false;
      const wasLive = input.live;
      input.reopen();
      this.#stage.arrange(this.#inputs);
      if (wasLive) this.#emit({ event: 'inputStalled', inputId });
      collectRemoved();
      return false;
    });
  }
}

export function start(emit: Emit<PictureEvent>): RunningJob {
  let picture: Picture | undefined;
  const configured = (): Picture => {
    if (picture === undefined) throw new JobFailure('notConfigured', 'configureOutput comes first');
    return picture;
  };
  const commands: JobCommands<PictureContract> = {
    configureOutput: (output) => {
      if (picture !== undefined) throw new JobFailure('alreadyThere', 'the output is configured');
      picture = new Picture(output, emit);
      return { rtpPort: picture.rtpPort };
    },
    setBitrate: ({ bitrateKbps }) => done(() => configured().setBitrate(bitrateKbps)),
    requestKeyFrame: () => done(() => configured().requestKeyFrame()),
    addInput: ({ inputId, rtp }) => configured().addInput(inputId, rtp),
    removeInput: ({ inputId }) => done(() => configured().removeInput(inputId)),
    setTiles: (scene) => done(() => configured().setTiles(scene)),
    stats: () => configured().stats(),
  };
  return { commands, close: () => picture?.close() };
}

function done(act: () => void): Record<string, never> {
  act();
  return {};
}
