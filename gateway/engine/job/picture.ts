import GLib from 'gi://GLib?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import system from 'system';
import type { PictureContract, PictureScene, PictureSettings, PictureTier } from '../picture-protocol.ts';
import type { JobCommands, RtpOutput } from '../protocol.ts';
import { type Emit, JobFailure, type RunningJob } from './job.ts';
import { pictureOutputDescription } from './picture-description.ts';
import { PictureInput, type VideoInput } from './picture-input.ts';
import { Stage } from './picture-stage.ts';
import { collectRemoved, residentBytes, watchBus } from './pipeline.ts';
import { type BoundSocket, bindSocket, connectOutput, countRendered, elementOf, forceKeyFrame } from './rtp.ts';

const observeMs = 200;
const repairDelayMs = 500;

type PictureEvent =
  | { event: 'outputStarted'; tierId: string }
  | { event: 'inputLive' | 'inputStalled'; inputId: string }
  | { event: 'error'; source: string; message: string };

/** The running composition: made by `openOutput`, closed with the job. */
class Picture {
  readonly #emit: Emit<PictureEvent>;
  readonly #tier: PictureTier;
  readonly #settings: PictureSettings;
  readonly #bound: BoundSocket;
  readonly #pipeline: Gst.Pipeline;
  readonly #compositor: Gst.Element;
  readonly #stage: Stage;
  readonly #inputs = new Map<string, PictureInput>();
  readonly #repairing = new Set<PictureInput>();
  readonly #unwatch: () => void;
  readonly #observing: number;
  #started = false;

  constructor(settings: PictureSettings, tier: PictureTier, rtp: RtpOutput, emit: Emit<PictureEvent>) {
    this.#emit = emit;
    this.#settings = settings;
    this.#tier = tier;
    this.#bound = bindSocket(rtp.bind);
    this.#pipeline = Gst.parse_launch(pictureOutputDescription(tier, settings.preset, rtp)) as Gst.Pipeline;
    connectOutput(this.#pipeline, this.#bound, rtp.remote);
    this.#pipeline.use_clock(Gst.SystemClock.obtain());
    this.#compositor = elementOf(this.#pipeline, 'compositor');
    this.#unwatch = watchBus(this.#pipeline, { onError: (error) => this.#failed(error) });
    this.#stage = new Stage(this.#pipeline, this.#compositor, { ...tier, ...settings });
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

  setScene(scene: PictureScene): void {
    this.#stage.scene = scene;
    this.#stage.arrange(this.#inputs);
  }

  stats() {
    const inputs = [...this.#inputs].map(([inputId, input]) => {
      return [inputId, { live: input.live, frames: input.frames, ...input.counts() }] as const;
    });
    const { tierId } = this.#tier;
    return {
      framesOut: { [tierId]: this.#framesOut() },
      keyFrames: {},
      encoding: [tierId],
      rssBytes: residentBytes(),
      shed: 'nothing' as const,
      inputs: Object.fromEntries(inputs),
    };
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
      this.#emit({ event: 'outputStarted', tierId: this.#tier.tierId });
    }
    const changed = [...this.#inputs].filter(([, input]) => {
      const before = input.live;
      return input.observe(GLib.get_monotonic_time() / 1000, this.#settings.stallMs) !== before;
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
  let settings: PictureSettings | undefined;
  let picture: Picture | undefined;
  const open = (): Picture => {
    if (picture === undefined) throw new JobFailure('notConfigured', 'configure and openOutput come first');
    return picture;
  };
  const commands: JobCommands<PictureContract> = {
    configure: (wanted) => {
      if (settings !== undefined) throw new JobFailure('alreadyThere', 'the picture is configured');
      settings = wanted;
      return { encoder: 'x264' };
    },
    openOutput: ({ tierId, rtp }) => {
      if (settings === undefined) throw new JobFailure('notConfigured', 'configure comes first');
      const tier = settings.tiers.find((one) => one.tierId === tierId);
      if (tier === undefined) throw new JobFailure('unknownTier', tierId);
      if (picture !== undefined) throw new JobFailure('alreadyThere', 'one tier so far');
      picture = new Picture(settings, tier, rtp, emit);
      return { rtpPort: picture.rtpPort };
    },
    closeOutput: () => done(() => open().close()),
    setWanted: () => done(() => open()),
    setBitrate: ({ bitrateKbps }) => done(() => open().setBitrate(bitrateKbps)),
    requestKeyFrame: () => done(() => open().requestKeyFrame()),
    setSteadyKeyFrames: () => done(() => open()),
    addInput: ({ inputId, rtp }) => open().addInput(inputId, rtp),
    removeInput: ({ inputId }) => done(() => open().removeInput(inputId)),
    setScene: (scene) => done(() => open().setScene(scene)),
    stats: () => open().stats(),
  };
  return { commands, close: () => picture?.close() };
}

function done(act: () => unknown): Record<string, never> {
  act();
  return {};
}
