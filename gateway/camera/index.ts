/**
 * Far-end camera control of one leg (REG-11): H.281 commands in H.224 frames, the payloads of an RTP stream (RFC 4573).
 *
 *   const camera = openCamera({ send: (payload) => engine.request('sendCamera', { payload: payload.toString('base64') }) });
 *   camera.start();                                   // the RTP stream is up
 *   camera.move({ pan: -1, tilt: 0, zoom: 0 });       // said again at least every 5 s while it is to go on
 *   camera.close();
 */
import { CameraControl } from './camera-control.ts';
import type { Capabilities, Movement } from './h281.ts';

export type { Capabilities as CameraCapabilities } from './h281.ts';

export interface CameraOptions {
  /** One RTP payload towards the endpoint. Must not throw. */
  send: (payload: Buffer) => void;
  /** What the endpoint's cameras can do: once it says so, and whenever that changes. */
  onCapabilities?: (capabilities: Capabilities) => void;
}

/** Owned by the leg that opened it. Owns one timer. After `close`, calls do nothing. */
export interface Camera {
  /** The stream is up, or up anew: introduces us. */
  start(): void;
  move(movement: Movement): void;
  stop(): void;
  /** 0 to 15. */
  store(preset: number): void;
  recall(preset: number): void;
  /** One RTP payload from the endpoint. */
  receive(payload: Buffer): void;
  /** Stops the camera if it moves. */
  close(): void;
}

export function openCamera({ send, onCapabilities }: CameraOptions): Camera {
  const control = new CameraControl();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  function perform(step: (now: number) => Buffer[]): void {
    if (isClosed) return;
    clearTimeout(timer);
    for (const payload of step(performance.now())) send(payload);
    const { nextAt } = control;
    if (nextAt === undefined) return;
    timer = setTimeout(() => perform((now) => control.tick(now)), Math.max(0, Math.ceil(nextAt - performance.now())));
  }

  return {
    start: () => perform((now) => control.start(now)),
    move: (movement) => perform((now) => control.move(movement, now)),
    stop: () => perform((now) => control.stop(now)),
    store: (preset) => perform((now) => control.store(preset, now)),
    recall: (preset) => perform((now) => control.recall(preset, now)),
    receive(payload) {
      const before = control.capabilities;
      perform(() => control.receive(payload));
      const { capabilities } = control;
      if (capabilities && JSON.stringify(capabilities) !== JSON.stringify(before)) onCapabilities?.(capabilities);
    },
    close() {
      perform((now) => control.stop(now));
      clearTimeout(timer);
      isClosed = true;
    },
  };
}
