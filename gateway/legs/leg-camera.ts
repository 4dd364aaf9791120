import type { Camera as CameraState } from '../../server/protocol/records.ts';
import { type Camera, openCamera } from '../camera/index.ts';

/** A movement is said again so often, and so long at most: who began it may not be there any more to end it. */
const RENEW_MS = 2_000;
const RENEW_AT_MOST_MS = 16_000;

/** Turns what the room asks of a codec's camera (REG-11) into far-end camera control. Owns its timers until `close`. */
export class LegCamera {
  readonly #camera: Camera;
  #asked: CameraState | undefined;
  #isFollowed = false;
  #renewal: NodeJS.Timeout | undefined;
  #started = false;

  /** @param send one RTP payload, base64 */
  constructor(send: (payload: string) => void) {
    this.#camera = openCamera({ send: (payload) => send(payload.toString('base64')) });
  }

  /** The endpoint has a camera that can be moved; what is sent waits for its stream. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#camera.start();
  }

  /**
   * What the room asks now. A preset counts when it is asked for while we look: one that was recalled or stored in an
   * earlier call of this codec is not again.
   */
  follow(asked: CameraState | undefined): void {
    const before = this.#isFollowed ? this.#asked : asked && { ...asked, moving: null };
    this.#isFollowed = true;
    this.#asked = asked;
    if (!this.#started || !asked) return;
    if (JSON.stringify(asked.moving) !== JSON.stringify(before?.moving ?? null)) this.#move(asked);
    if (asked.recalled && asked.recalled.at !== before?.recalled?.at) this.#camera.recall(asked.recalled.preset);
    if (asked.stored && asked.stored.at !== before?.stored?.at) this.#camera.store(asked.stored.preset);
  }

  /** One RTP payload of the endpoint, base64. */
  receive(payload: string): void {
    this.#camera.receive(Buffer.from(payload, 'base64'));
  }

  /** Stops the camera if it moves: `send` is called once more. */
  close(): void {
    clearInterval(this.#renewal);
    this.#camera.close();
  }

  #move({ moving }: CameraState): void {
    clearInterval(this.#renewal);
    if (!moving) {
      this.#camera.stop();
      return;
    }
    const { pan, tilt, zoom } = moving;
    let left = RENEW_AT_MOST_MS / RENEW_MS;
    this.#camera.move({ pan, tilt, zoom });
    this.#renewal = setInterval(() => {
      left -= 1;
      if (left <= 0) clearInterval(this.#renewal);
      else this.#camera.move({ pan, tilt, zoom });
    }, RENEW_MS);
  }
}
