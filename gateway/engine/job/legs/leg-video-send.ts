import type { EndpointVideo } from '../../leg-protocol.ts';
import { elementOf, forceKeyFrame } from '../rtp.ts';
import { chooseTarget, fits, likelyProgram, type PictureTarget, type ProgramPicture } from './leg-fit.ts';
import type { LegMedium, MediumPlan } from './leg-medium.ts';
import { ProgramWatch } from './leg-program.ts';
import { videoEncodeDescription, videoPayloadDescription } from './leg-video-description.ts';

/** Milliseconds that a picture made for this leg stays, once one had to be: what flickers is worse than what is small. */
const stayMs = 20_000;

/**
 * Decides whether the endpoint gets the program as it is or a picture made for it alone, and of what size and rate.
 * Its own slide goes the same way: both are H.264 up to `to`.
 */
export class PictureForEndpoint {
  readonly #medium: LegMedium;
  readonly #program = new ProgramWatch();
  #expected: ProgramPicture = likelyProgram;
  #viewer: EndpointVideo | undefined;
  #target: PictureTarget | undefined;
  #targetAt = Number.NEGATIVE_INFINITY;

  constructor(medium: LegMedium) {
    this.#medium = medium;
  }

  /** Whether a picture is made for this leg alone. */
  get encoding(): boolean {
    return this.#target !== undefined && this.#medium.encode !== undefined;
  }

  /** Takes up what the endpoint declared, and says how it is to be sent. */
  plan(viewer: EndpointVideo): MediumPlan['send'] {
    this.#viewer = viewer;
    this.#target = this.#choose(viewer, Number.NEGATIVE_INFINITY);
    return this.#description(viewer);
  }

  /** Another program takes the place of the last one; what is known of it beforehand. */
  expect(picture: Omit<ProgramPicture, 'fragmented'> | undefined): void {
    this.#program.forget();
    this.#expected = picture === undefined ? likelyProgram : { ...picture, fragmented: false };
  }

  /** Answers with another plan when the program has turned out to fit, or not to. */
  poll(now: number, showing: 'slide' | 'program'): MediumPlan['send'] {
    const viewer = this.#viewer;
    const bin = this.#medium.receiveBin;
    if (viewer === undefined || bin === undefined || showing === 'slide') return undefined;
    this.#program.observe(bin, now);
    const target = this.#choose(viewer, now);
    if (sameShape(target, this.#target)) return undefined;
    this.#target = target;
    this.#targetAt = now;
    return this.#description(viewer);
  }

  /** To be called when what `plan` or `poll` said has been taken up: bit rates change without a new branch. */
  applyBitrate(): void {
    const bin = this.#medium.encode;
    if (bin === undefined || this.#target === undefined) return;
    const { codec, kbps } = this.#target;
    const encoder = elementOf(bin, 'encoder');
    if (codec === 'VP8') encoder.set_property('target-bitrate', kbps * 1000);
    else encoder.set_property('bitrate', kbps);
  }

  /** Whether the leg's own encoder answers a request for a key frame. */
  forceKeyFrame(): boolean {
    const bin = this.#medium.encode;
    if (bin === undefined || this.#target === undefined) return false;
    forceKeyFrame(elementOf(bin, 'encoder'));
    return true;
  }

  #choose(viewer: EndpointVideo, now: number): PictureTarget | undefined {
    const known = this.#program.picture;
    const program = known ?? this.#expected;
    const passing = this.#target === undefined;
    if (fits(viewer, program, passing)) {
      const stays = !passing && known !== undefined && now - this.#targetAt < stayMs;
      if (!stays) return undefined;
    }
    return chooseTarget(viewer, program);
  }

  #description(viewer: EndpointVideo): MediumPlan['send'] {
    const target = this.#target;
    if (target === undefined) return (position) => videoPayloadDescription(viewer, position);
    return (position) => videoEncodeDescription(viewer, target, position);
  }
}

function sameShape(a: PictureTarget | undefined, b: PictureTarget | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.codec === b.codec && a.width === b.width && a.height === b.height && a.fps === b.fps;
}
