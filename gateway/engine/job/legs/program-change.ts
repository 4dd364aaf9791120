import Gst from 'gi://Gst?version=1.0';
import { padOf } from '../branch.ts';
import { KeyFrameWatch } from '../key-frames.ts';
import { countedOut, packetTap } from '../packet-tap.ts';
import { elementOf, forceKeyFrame, readProperty } from '../rtp.ts';
import { parseH264 } from '../slide.ts';
import { readInputSources } from '../sources.ts';
import { latestPts } from '../stream-clock.ts';
import { easeNs } from './leg-medium.ts';

/** More pictures than ever come: a queue that is to have so many before it gives one gives none. */
const never = 1_000_000;
/**
 * By how much the first picture of the next program is dated after the last of the one before: that one may still have
 * been dated later than `delayNs` says now, by one step of its way back.
 */
const stepNs = easeNs + 5e6;

/**
 * `programDescription` for a program that another can follow without a break: `key` keeps the last key frame, and `hold`
 * can keep what comes from then on.
 */
export const replaceableProgramDescription = [
  `${packetTap} ! valve name=gate drop=true ! rtph264depay name=depay wait-for-keyframe=true ! ${parseH264} ! tee name=pictures`,
  'pictures. ! identity drop-buffer-flags=delta-unit silent=true ! fakesink name=key sync=false async=false',
  `pictures. ! queue name=hold max-size-buffers=0 max-size-bytes=0 max-size-time=0 ! ${countedOut}`,
].join(' ');

export interface ChangingPicture {
  /** The present program's branch, made of `replaceableProgramDescription`. */
  readonly receiveBin: Gst.Bin | undefined;
  /** The next one's. */
  readonly comingBin: Gst.Bin | undefined;
  /** By how much the present one is delayed now, and the next one will be. */
  readonly delayNs: number;
  readonly syncDelayNs: number;
  /** The next program takes the place of the present one, from its beginning or dated later by `shiftNs`. */
  takeComing(how: { anew: true } | { shiftNs: number }): void;
}

export interface ChangeListener {
  /** Whether a program shows, or its last picture: until the slide does. */
  isShown(): boolean;
  /** The next program goes on where the one before has ended. */
  onContinued(): void;
  /** There was nothing to go on from: it begins as the first one does. */
  onBroken(): void;
}

/**
 * Keeps the present program until the next one's first key frame is there, and puts this in its place in one step. The
 * key frame has waited for that step, while the one before went on: so what follows it is dated later, by as much.
 */
export class ProgramChange {
  readonly #picture: ChangingPicture;
  readonly #listener: ChangeListener;
  #held: Gst.Bin | undefined;
  #requests = new KeyFrameWatch();

  constructor(picture: ChangingPicture, listener: ChangeListener) {
    this.#picture = picture;
    this.#listener = listener;
  }

  /** `now` in ms. To be called as often as the step may be long. */
  poll(now: number): void {
    const coming = this.#picture.comingBin;
    if (coming === undefined) return;
    if (!this.#listener.isShown()) {
      this.#picture.takeComing({ anew: true });
      this.#listener.onBroken();
      return;
    }
    if (coming !== this.#held) this.#hold(coming);
    const keyPts = keyFramePts(coming);
    if (keyPts === undefined) this.#ask(coming, now);
    else this.#take(coming, keyPts);
  }

  #hold(coming: Gst.Bin): void {
    this.#held = coming;
    this.#requests = new KeyFrameWatch();
    elementOf(coming, 'hold').set_property('min-threshold-buffers', never);
    elementOf(coming, 'gate').set_property('drop', false);
  }

  #ask(coming: Gst.Bin, now: number): void {
    const packets = readInputSources(coming).reduce((sum, source) => sum + source.packetsReceived, 0);
    if (this.#requests.isDue(now, { packets, frames: 0 })) forceKeyFrame(elementOf(coming, 'depay'));
  }

  #take(coming: Gst.Bin, keyPts: number): void {
    const { receiveBin, delayNs, syncDelayNs } = this.#picture;
    if (receiveBin === undefined) return;
    elementOf(receiveBin, 'gate').set_property('drop', true);
    const shiftNs = Math.max(0, latestPts(receiveBin) + delayNs + stepNs - (keyPts + syncDelayNs));
    this.#held = undefined;
    this.#picture.takeComing({ shiftNs });
    const hold = elementOf(coming, 'hold');
    hold.set_property('min-threshold-buffers', 0);
    // It looks at that when something arrives: this, so that its key frame does not wait for the next picture.
    padOf(hold, 'sink').send_event(
      Gst.Event.new_custom(Gst.EventType.CUSTOM_DOWNSTREAM, Gst.Structure.new_empty('rostrum-go-on')),
    );
    this.#listener.onContinued();
  }
}

/** Undefined before the first. */
function keyFramePts(bin: Gst.Bin): number | undefined {
  const sample = readProperty(elementOf(bin, 'key'), 'last-sample') as Gst.Sample | null;
  return sample?.get_buffer().pts;
}
