import GLib from 'gi://GLib?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import system from 'system';
import type { PictureContract, PictureScene, PictureSettings, PictureShed } from '../picture-protocol.ts';
import type { JobCommands } from '../protocol.ts';
import { type Emit, JobFailure, type RunningJob } from './job.ts';
import { compositionDescription } from './pictures/picture-description.ts';
import { chooseEncoder } from './pictures/picture-encoder.ts';
import { PictureInput, type VideoInput } from './pictures/picture-input.ts';
import { PictureInputs } from './pictures/picture-inputs.ts';
import { Outputs } from './pictures/picture-outputs.ts';
import { Stage } from './pictures/picture-stage.ts';
import { planTiers } from './pictures/picture-tier-plan.ts';
import { collectRemoved, residentBytes, watchBus } from './pipeline.ts';
import { bindSocket, elementOf } from './rtp.ts';

const observeMs = 200;
const measureMs = 1000;
const repairDelayMs = 500;

type PictureEvent =
  | { event: 'outputStarted'; tierId: string }
  | { event: 'inputLive' | 'inputStalled'; inputId: string }
  | { event: 'shed'; what: PictureShed }
  | { event: 'error'; source: string; message: string };

/** The running composition: made by `configure`, closed with the job. */
class Picture {
  readonly encoder: PictureSettings['encoder'];
  readonly outputs: Outputs;
  readonly #emit: Emit<PictureEvent>;
  readonly #settings: PictureSettings;
  readonly #pipeline: Gst.Pipeline;
  readonly #compositor: Gst.Element;
  readonly #stage: Stage;
  readonly #inputs = new PictureInputs();
  readonly #repairing = new Set<PictureInput>();
  /** On their way out of the picture. */
  readonly #leaving = new Set<PictureInput>();
  readonly #unwatch: () => void;
  readonly #timers: readonly number[];

  constructor(settings: PictureSettings, emit: Emit<PictureEvent>) {
    this.#emit = emit;
    this.#settings = settings;
    const [largest] = settings.tiers;
    if (largest === undefined) throw new JobFailure('failed', 'no tier');
    const { format } = planTiers(settings.tiers, new Set(), 'nothing', largest);
    this.#pipeline = Gst.parse_launch(compositionDescription(format)) as Gst.Pipeline;
    this.#pipeline.use_clock(Gst.SystemClock.obtain());
    this.#compositor = elementOf(this.#pipeline, 'compositor');
    this.#unwatch = watchBus(this.#pipeline, { onError: (error) => this.#failed(error) });
    const { transitions, timeZone } = settings;
    this.#stage = new Stage(this.#pipeline, this.#compositor, {
      ...format,
      fps: largest.fps,
      transitions,
      timeZone,
    });
    const { encoder, element } = chooseEncoder(settings.encoder);
    this.encoder = encoder;
    this.outputs = new Outputs(this.#pipeline, settings, element, format, {
      started: (tierId) => emit({ event: 'outputStarted', tierId }),
      resized: (size, apply) => this.#stage.resize(size, apply),
      shed: (what) => this.#shed(what),
    });
    this.#pipeline.set_state(Gst.State.PLAYING);
    this.#timers = [
      GLib.timeout_add(GLib.PRIORITY_DEFAULT, observeMs, () => this.#observe()),
      GLib.timeout_add(GLib.PRIORITY_DEFAULT, measureMs, () => {
        this.outputs.measure();
        return true;
      }),
    ];
  }

  addInput(inputId: string, rtp: VideoInput): { rtpPort: number } {
    const bound = bindSocket(rtp.bind);
    const input = new PictureInput(this.#pipeline, this.#compositor, rtp, bound);
    this.#retire(this.#inputs.add(inputId, input));
    return { rtpPort: bound.port };
  }

  removeInput(inputId: string): void {
    const left = this.#inputs.remove(inputId);
    if (left.length === 0) throw new JobFailure('unknownInput', inputId);
    this.#retire(left);
  }

  setScene(scene: PictureScene): void {
    this.#stage.scene = scene;
    this.#stage.arrange(this.#inputs.shown);
  }

  stats() {
    const inputs = [...this.#inputs.shown].map(([inputId, input]) => {
      return [inputId, { live: input.live, frames: input.frames, ...input.counts() }] as const;
    });
    return { ...this.outputs.stats(), rssBytes: residentBytes(), inputs: Object.fromEntries(inputs) };
  }

  close(): void {
    for (const timer of this.#timers) GLib.source_remove(timer);
    this.#unwatch();
    this.#stage.close();
    this.#pipeline.set_state(Gst.State.NULL);
    for (const [, { bound }] of this.#inputs.all()) bound.socket.close();
    this.outputs.release();
  }

  #retire(left: readonly PictureInput[]): void {
    if (left.length === 0) return;
    this.#stage.arrange(this.#inputs.shown);
    this.#hide(left);
  }

  /** To be called after those have been left out of what is arranged. */
  #hide(left: readonly PictureInput[]): void {
    for (const input of left) {
      this.#leaving.add(input);
      this.#stage.whenHidden(input.pad, () => {
        this.#leaving.delete(input);
        input.close();
        collectRemoved();
      });
    }
  }

  #shed(what: PictureShed): void {
    this.#stage.transitions = this.#settings.transitions && what === 'nothing';
    this.#emit({ event: 'shed', what });
  }

  #observe(): boolean {
    const now = GLib.get_monotonic_time() / 1000;
    this.outputs.observe(now);
    const { changed, left } = this.#inputs.observe(now, this.#settings.stallMs);
    if (changed.size > 0) this.#stage.arrange(this.#inputs.shown);
    this.#hide(left);
    for (const [inputId, { live }] of changed) this.#emit({ event: live ? 'inputLive' : 'inputStalled', inputId });
    return true;
  }

  #failed({ source, path, message }: { source: string; path: Gst.Object[]; message: string }): void {
    // What was taken out or soon will be is of no concern any more.
    const isGone = path.at(-1) !== this.#pipeline || [...this.#leaving].some((input) => input.owns(path));
    if (isGone) return;
    this.#emit({ event: 'error', source, message });
    const found = this.#inputs.all().find(([, input]) => input.owns(path));
    // The output itself cannot be mended without a break in its stream: the owner of this process starts anew.
    if (found === undefined) system.exit(1);
    else this.#repair(...found);
  }

  #repair(inputId: string, input: PictureInput): void {
    if (this.#repairing.has(input)) return;
    this.#repairing.add(input);
    GLib.timeout_add(GLib.PRIORITY_DEFAULT, repairDelayMs, () => {
      this.#repairing.delete(input);
      if (!this.#inputs.all().some(([, one]) => one === input)) return false;
      const wasLive = input.live;
      input.reopen();
      this.#stage.arrange(this.#inputs.shown);
      if (wasLive) this.#emit({ event: 'inputStalled', inputId });
      collectRemoved();
      return false;
    });
  }
}

export function start(emit: Emit<PictureEvent>): RunningJob {
  let picture: Picture | undefined;
  const configured = (): Picture => {
    if (picture === undefined) throw new JobFailure('notConfigured', 'configure comes first');
    return picture;
  };
  const commands: JobCommands<PictureContract> = {
    configure: (settings) => {
      if (picture !== undefined) throw new JobFailure('alreadyThere', 'the picture is configured');
      picture = new Picture(settings, emit);
      return { encoder: picture.encoder };
    },
    openOutput: ({ tierId, rtp }) => ({ rtpPort: configured().outputs.open(tierId, rtp) }),
    closeOutput: ({ tierId }) => done(() => configured().outputs.close(tierId)),
    setWanted: ({ tierIds }) => done(() => configured().outputs.setWanted(tierIds)),
    setBitrate: ({ tierId, bitrateKbps }) => done(() => configured().outputs.setBitrate(tierId, bitrateKbps)),
    requestKeyFrame: ({ tierId }) => done(() => configured().outputs.requestKeyFrame(tierId)),
    setSteadyKeyFrames: ({ on }) => done(() => configured().outputs.setSteadyKeyFrames(on)),
    addInput: ({ inputId, rtp }) => configured().addInput(inputId, rtp),
    removeInput: ({ inputId }) => done(() => configured().removeInput(inputId)),
    setScene: (scene) => done(() => configured().setScene(scene)),
    stats: () => configured().stats(),
  };
  return { commands, close: () => picture?.close() };
}

function done(act: () => void): Record<string, never> {
  act();
  return {};
}
