/**
 * The operator's hand on an endpoint's camera (REG-11), by H.281 within H.224. Pure: time comes in (milliseconds), RTP payloads go
 * out. Lines lose packets and nothing is acknowledged, so every act is said twice, and a camera left alone stops by itself.
 */
import { clients, decodeFrame, decodeManagement, encodeFrame, encodeManagement, type Management } from './h224.ts';
import {
  type CameraMessage,
  type Capabilities,
  decodeCapabilities,
  encodeCameraMessage,
  encodeCapabilities,
  type Movement,
} from './h281.ts';

/** Milliseconds. */
export const timing = {
  /** How long the camera moves on if CONTINUE does not arrive: H.281's longest, and what devices that ignore the field take. */
  timeout: 800,
  /** Half of it, so that one CONTINUE may be lost. */
  continue: 400,
  /** Between the two times that an act is said. */
  repeat: 100,
  /** A movement that nobody renews ends. */
  safety: 5_000,
  /** We introduce ourselves again after this, each pause twice the one before: nobody says whether it arrived. */
  introduction: 1_000,
  /** Devices forget who we are (or have been restarted): after this long it is said again before the next movement. */
  oldIntroduction: 30_000,
} as const;
const introductions = 5;

/** A camera that nobody can move: ours is a composed picture. Many devices listen only to who has told what it can do. */
const ours: Capabilities = {
  presets: 0,
  sources: [{ source: 1, motion: true, pan: false, tilt: false, zoom: false, focus: false }],
};

interface Moving {
  movement: Required<Movement>;
  continueAt: number;
  endAt: number;
}

export class CameraControl {
  /** What the endpoint's cameras can do; unknown until it says so. */
  capabilities: Capabilities | undefined;
  #moving: Moving | undefined;
  #repeat: { message: CameraMessage; at: number } | undefined;
  #introduction: { at: number; left: number } | undefined;
  #introducedAt = Number.NEGATIVE_INFINITY;
  #isMet = false;

  /** When `tick` has something to do. */
  get nextAt(): number | undefined {
    const { continueAt, endAt } = this.#moving ?? {};
    const times = [this.#repeat?.at, continueAt, endAt, this.#introduction?.at].filter((time) => time !== undefined);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  /** The line is open, or open anew. */
  start(now: number): Buffer[] {
    this.#isMet = false;
    this.#introduction = { at: now + timing.introduction, left: introductions - 1 };
    return this.#introduce(now);
  }

  /** Moves until `stop`, or until nobody has said this for 5 s. Saying it again while it moves so only renews it. */
  move(wanted: Movement, now: number): Buffer[] {
    const movement = { focus: 0, ...wanted } as const;
    const old = this.#moving;
    const endAt = now + timing.safety;
    if (Object.values(movement).every((direction) => direction === 0)) return this.stop(now);
    if (old && isSame(old.movement, movement)) {
      old.endAt = endAt;
      return [];
    }
    const introduction = now - this.#introducedAt > timing.oldIntroduction ? this.#introduce(now) : [];
    const stop = old ? [encodeAct({ kind: 'stop', movement: old.movement })] : [];
    this.#moving = { movement, continueAt: now + timing.continue, endAt };
    return [...introduction, ...stop, ...this.#act({ kind: 'start', movement, timeoutMs: timing.timeout }, now)];
  }

  stop(now: number): Buffer[] {
    const moving = this.#moving;
    this.#moving = undefined;
    return moving ? this.#act({ kind: 'stop', movement: moving.movement }, now) : [];
  }

  /** The camera keeps its present framing as this preset, 0 to 15. */
  store(preset: number, now: number): Buffer[] {
    return [...this.stop(now), ...this.#act({ kind: 'store', preset }, now)];
  }

  /** The camera goes to this preset, 0 to 15. */
  recall(preset: number, now: number): Buffer[] {
    return [...this.stop(now), ...this.#act({ kind: 'activate', preset }, now)];
  }

  /** The payload of one RTP packet from the endpoint. It moves nobody's camera: it hears nothing of it (H.281 knows no refusal). */
  receive(payload: Buffer): Buffer[] {
    const frame = decodeFrame(payload);
    const management = frame?.client === clients.management ? decodeManagement(frame.content) : undefined;
    return management ? this.#manage(management) : [];
  }

  tick(now: number): Buffer[] {
    const out: Buffer[] = [];
    const repeat = this.#repeat;
    if (repeat && now >= repeat.at) {
      this.#repeat = undefined;
      out.push(encodeAct(repeat.message));
    }
    if (this.#moving && now >= this.#moving.endAt) out.push(...this.stop(now));
    else if (this.#moving && now >= this.#moving.continueAt) {
      this.#moving.continueAt = now + timing.continue;
      out.push(encodeAct({ kind: 'continue', movement: this.#moving.movement }));
    }
    return [...out, ...this.#introduceAgain(now)];
  }

  #introduceAgain(now: number): Buffer[] {
    const introduction = this.#introduction;
    if (!introduction || now < introduction.at) return [];
    const said = introductions - introduction.left;
    const at = now + timing.introduction * 2 ** said;
    this.#introduction = introduction.left > 1 ? { at, left: introduction.left - 1 } : undefined;
    return this.#introduce(now);
  }

  /** Who we are, what ours can do; who are you, and what can yours do? The questions only until they are answered. */
  #introduce(now: number): Buffer[] {
    this.#introducedAt = now;
    const { camera: client } = clients;
    const said: Management[] = [
      { kind: 'clients', clients: [{ client, hasMore: true }] },
      { kind: 'capabilities', client, capabilities: encodeCapabilities(ours) },
    ];
    const asked: Management[] = this.#isMet ? [] : [{ kind: 'tellClients' }, { kind: 'tellCapabilities', client }];
    return [...said, ...asked].map(encodeManagement);
  }

  #manage(management: Management): Buffer[] {
    const { camera: client } = clients;
    if (management.kind === 'tellClients') {
      return [encodeManagement({ kind: 'clients', clients: [{ client, hasMore: true }] })];
    }
    if (management.kind === 'tellCapabilities') {
      if (management.client !== client) return [];
      return [encodeManagement({ kind: 'capabilities', client, capabilities: encodeCapabilities(ours) })];
    }
    if (management.kind === 'capabilities' && management.client === client) {
      this.#isMet = true;
      this.capabilities = decodeCapabilities(management.capabilities);
    }
    return [];
  }

  /** A START or STOP said twice does no more than said once, nor does a preset. */
  #act(message: CameraMessage, now: number): Buffer[] {
    this.#repeat = { message, at: now + timing.repeat };
    return [encodeAct(message)];
  }
}

const encodeAct = (message: CameraMessage): Buffer =>
  encodeFrame({ client: clients.camera, content: encodeCameraMessage(message) });

function isSame(a: Required<Movement>, b: Required<Movement>): boolean {
  return a.pan === b.pan && a.tilt === b.tilt && a.zoom === b.zoom && a.focus === b.focus;
}
