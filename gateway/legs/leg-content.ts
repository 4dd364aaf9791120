import { randomInt } from 'node:crypto';
import type { Logger } from 'pino';
import type { ParticipantId } from '../../server/protocol/ids.ts';
import type { RoomState } from '../../server/protocol/records.ts';
import { presenterOf } from '../../server/room/layout.ts';
import {
  type Dialog,
  type FloorControl,
  type FloorControlEvent,
  type FloorControlRole,
  type FloorTransport,
  type LocalFloorControl,
  type Negotiated,
  type NegotiatedFloorControl,
  openFloorControl,
} from '../sip/index.ts';
import type { Negotiation } from './media.ts';

/** `a=floorid`: there is one floor, the presentation. */
const FLOOR_ID = 2;
/** `a=userid` of the endpoint where we are the server. */
const ENDPOINT_USER_ID = 3;

export interface FloorBind {
  ip: string;
  portRange: { min: number; max: number };
  logger: Logger;
  /** Marks a UDP socket of ours as signalling (REG-18). */
  markUdp: (port: number) => Promise<void>;
}

/** What the endpoint's wish to present does in the room. */
export interface PresentationRoom {
  present(): Promise<void>;
  stopPresenting(): Promise<void>;
  isPresenting(): boolean;
}

/**
 * Who presents, between the endpoint's floor control (BFCP) and the room. The room decides; a newer presentation takes the
 * place of the older. Owns its sockets until `close`.
 */
export class LegContent {
  /** What our description says of it. */
  readonly local: LocalFloorControl;
  readonly #bind: FloorBind;
  readonly #bound: Map<FloorTransport, FloorControl>;
  #room: PresentationRoom | undefined;
  #control: FloorControl | undefined;
  #role: FloorControlRole = 'server';
  /** Who else presents, and who did as last told to the endpoint. */
  #presenter: string | undefined;
  #other: string | undefined;
  #closed = false;

  private constructor(bind: FloorBind, confId: number) {
    this.#bind = bind;
    this.#bound = new Map();
    this.local = { port: 0, transport: 'udp', confId, userId: ENDPOINT_USER_ID, floorId: FLOOR_ID };
  }

  /** Binds both transports: which one the endpoint speaks is not known before its answer. Rejects without a free port. */
  static async open(bind: FloorBind): Promise<LegContent> {
    const content = new LegContent(bind, randomInt(1, 2 ** 31));
    try {
      const { confId, userId, floorId } = content.local;
      const ids = { conferenceId: confId, userId, floorId };
      content.local.port = (await content.#open('udp', 'server', ids)).port;
      content.local.otherPort = (await content.#open('tcp', 'server', ids)).port;
      return content;
    } catch (error) {
      await content.close();
      throw error;
    }
  }

  attach(room: PresentationRoom): void {
    this.#room = room;
  }

  /** What was agreed on; again with each renegotiation. */
  async connect(agreed: NegotiatedFloorControl | undefined): Promise<void> {
    if (this.#closed || !agreed) return;
    if (!this.#control) await this.#choose(agreed);
    this.#control?.connect(agreed.remote, agreed.setup);
    this.#tellPresenter();
  }

  /** The room has changed: somebody else may present now. */
  follow(state: RoomState, selfId: ParticipantId | undefined): void {
    const presenter = presenterOf(state);
    this.#presenter = presenter && presenter.id !== selfId ? presenter.name : undefined;
    this.#tellPresenter();
  }

  #tellPresenter(): void {
    const other = this.#presenter;
    if (other === this.#other || !this.#control) return;
    this.#other = other;
    if (this.#role === 'server') this.#control.present(other === undefined ? undefined : { name: other });
    else if (other === undefined) this.#control.releaseFloor();
    else this.#control.requestFloor();
  }

  /**
   * The room has ended the endpoint's presentation. Where the endpoint gives out the floor, all that a participant can do is
   * ask for it, and give it back once the endpoint has let go of it (RFC 8855 §10).
   */
  stopped(): void {
    if (this.#role === 'server') this.#control?.revoke();
    else this.#control?.requestFloor();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#bound.values()].map((control) => control.close()));
    this.#bound.clear();
  }

  /**
   * One of the two stays. With the endpoint's numbers, which we take over also as its server (RFC 8856 §5.1), and as its
   * client it is bound anew, at the port that the endpoint was told.
   */
  async #choose({ transport, role, confId, userId, floorId }: NegotiatedFloorControl): Promise<void> {
    const { local } = this;
    const isBound =
      role === 'server' && confId === local.confId && userId === local.userId && floorId === local.floorId;
    for (const [other, control] of this.#bound) {
      if (other === transport && isBound) continue;
      this.#bound.delete(other);
      await control.close();
    }
    if (this.#closed) return;
    this.#role = role;
    if (!isBound) {
      const port = transport === 'udp' ? local.port : local.otherPort;
      const range = port === undefined ? this.#bind.portRange : { min: port, max: port };
      await this.#open(transport, role, { conferenceId: confId, userId, floorId }, range);
    }
    this.#control = this.#bound.get(transport);
    if (transport === 'udp' && this.#control) await this.#mark(this.#control.port);
  }

  /** Only what is used: it takes a process of its own. */
  async #mark(port: number): Promise<void> {
    const { markUdp, logger } = this.#bind;
    await markUdp(port).catch((error: unknown) => logger.warn({ err: error, port }, 'floor control not marked'));
  }

  async #open(
    transport: FloorTransport,
    role: FloorControlRole,
    ids: { conferenceId: number; userId: number; floorId: number },
    portRange = this.#bind.portRange,
  ): Promise<FloorControl> {
    const { ip, logger } = this.#bind;
    const onEvent = (event: FloorControlEvent) => void this.#said(event);
    const control = await openFloorControl({
      role,
      transport,
      bind: { ip, portRange },
      ...ids,
      onEvent,
      log: logger,
    });
    // The call may have ended meanwhile: then nobody else closes it.
    if (this.#closed) await control.close();
    else this.#bound.set(transport, control);
    return control;
  }

  async #said(event: FloorControlEvent): Promise<void> {
    const room = this.#room;
    if (!room) return;
    if (event.kind === 'requested') {
      await room.present();
      if (this.#role === 'client') return;
      if (room.isPresenting()) this.#control?.grant();
      else this.#control?.revoke();
    } else if (event.kind === 'granted') {
      if (this.#other === undefined) this.#control?.releaseFloor();
    } else if (event.kind === 'released' || (event.kind === 'lost' && event.reason !== 'silent')) {
      // An endpoint that only cannot be heard keeps its floor, and what it had to be told is said when it is back.
      await room.stopPresenting();
    }
  }
}

/**
 * A re-INVITE with floor control over TCP, for who has refused it over UDP. Resolves with what is agreed on then, or with nothing:
 * whatever the answer, the call stands as it was (RFC 3261 §14.1). Never rejects.
 */
export async function retryFloor(
  dialog: Pick<Dialog, 'reoffer'>,
  negotiation: Pick<Negotiation, 'offerOtherFloor' | 'accept'>,
  logger: Logger,
): Promise<Negotiated | undefined> {
  try {
    const offer = negotiation.offerOtherFloor();
    const answer = offer === undefined ? undefined : await dialog.reoffer(offer);
    return answer?.ok ? negotiation.accept(answer.sdp) : undefined;
  } catch (error) {
    logger.warn({ err: error }, 'floor control not offered again');
    return undefined;
  }
}
