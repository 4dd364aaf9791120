/** A codec's camera by the book: moves while it is told to, keeps presets, says what it can when asked. Time comes in. */
import { clients, decodeFrame, decodeManagement, encodeFrame, encodeManagement } from '../../../gateway/camera/h224.ts';
import {
  type CameraMessage,
  type Capabilities,
  type Direction,
  encodeCameraMessage,
  encodeCapabilities,
  type Movement,
} from '../../../gateway/camera/h281.ts';

export const abilities: Capabilities = {
  presets: 15,
  sources: [{ source: 1, motion: true, pan: true, tilt: true, zoom: true, focus: false }],
};

const kinds = [undefined, 'start', 'continue', 'stop', undefined, undefined, 'store', 'activate'] as const;

/** Reads a message as H.281 writes it; undefined for what is none, or switches between sources. */
export function decodeCameraMessage(content: Buffer): CameraMessage | undefined {
  const [code = 0, first, timeout = 0] = content;
  const kind = kinds[code];
  if (kind === undefined || first === undefined) return undefined;
  if (kind === 'store' || kind === 'activate') return { kind, preset: first >> 4 };
  const movement = movementOf(first);
  return kind === 'start' ? { kind, movement, timeoutMs: (timeout & 0x0f || 16) * 50 } : { kind, movement };
}

/** A direction without a movement is none. */
const directionOf = (bits: number): Direction => ((bits & 0b10) === 0 ? 0 : (bits & 0b01) === 0 ? -1 : 1);

const movementOf = (octet: number): Required<Movement> => ({
  pan: directionOf(octet >> 6),
  tilt: directionOf(octet >> 4),
  zoom: directionOf(octet >> 2),
  focus: directionOf(octet),
});

/** What one RTP payload asks of the camera. */
export function actIn(payload: Buffer): CameraMessage | undefined {
  const frame = decodeFrame(payload);
  return frame?.client === clients.camera ? decodeCameraMessage(frame.content) : undefined;
}

export class EndpointCamera {
  /** Milliseconds of movement so far, with their directions. */
  position = { pan: 0, tilt: 0, zoom: 0 };
  readonly presets = new Map<number, typeof this.position>();
  /** It listens only to those who have told their capabilities, as many do. */
  hasBeenIntroduced = false;
  #moving: { movement: Required<Movement>; timeoutMs: number; until: number } | undefined;
  #now = 0;

  get isMoving(): boolean {
    return this.#moving !== undefined;
  }

  /** Nothing else than what is received or passes here moves it. */
  passTo(now: number): void {
    const moving = this.#moving;
    if (moving) {
      const elapsed = Math.max(0, Math.min(now, moving.until) - this.#now);
      for (const axis of ['pan', 'tilt', 'zoom'] as const) this.position[axis] += moving.movement[axis] * elapsed;
      if (now >= moving.until) this.#moving = undefined;
    }
    this.#now = now;
  }

  receive(payload: Buffer, now: number): Buffer[] {
    this.passTo(now);
    const frame = decodeFrame(payload);
    if (frame?.client === clients.management) return this.#manage(frame.content);
    const message = actIn(payload);
    if (message && this.hasBeenIntroduced) this.#obey(message, now);
    return [];
  }

  /** What it would send to move ours. */
  static command(message: CameraMessage): Buffer {
    return encodeFrame({ client: clients.camera, content: encodeCameraMessage(message) });
  }

  #obey(message: CameraMessage, now: number): void {
    if (message.kind === 'start') {
      this.#moving = { ...message, until: now + message.timeoutMs };
    } else if (message.kind === 'continue' && this.#moving) {
      const isSame = JSON.stringify(message.movement) === JSON.stringify(this.#moving.movement);
      if (isSame) this.#moving.until = now + this.#moving.timeoutMs;
    } else if (message.kind === 'stop') this.#moving = undefined;
    else if (message.kind === 'store') this.presets.set(message.preset, { ...this.position });
    else if (message.kind === 'activate') this.position = { ...(this.presets.get(message.preset) ?? this.position) };
  }

  #manage(content: Buffer): Buffer[] {
    const said = decodeManagement(content);
    const { camera: client } = clients;
    if (said?.kind === 'capabilities') this.hasBeenIntroduced = true;
    if (said?.kind === 'tellClients')
      return [encodeManagement({ kind: 'clients', clients: [{ client, hasMore: true }] })];
    if (said?.kind !== 'tellCapabilities') return [];
    return [encodeManagement({ kind: 'capabilities', client, capabilities: encodeCapabilities(abilities) })];
  }
}
