/**
 * Floor control of one leg (BFCP, RFC 8855): who presents. The endpoint asks, the room decides, the codec is told.
 *
 *   const floor = await openFloorControl({ role: 'server', transport: 'udp', bind, conferenceId, userId, floorId, onEvent, log });
 *   offer(floor.port);                    // m=application … UDP/BFCP (RFC 8856)
 *   floor.connect(remote, 'passive');     // what the endpoint's SDP says
 *   // onEvent({ kind: 'requested' }) → ask the room → floor.grant(), or floor.revoke()
 *   await floor.close();
 */
import { randomInt } from 'node:crypto';
import { Association, type AssociationEvent, type Outcome, type Role } from './association.ts';
import type { Transport } from './codec.ts';
import type { Presenter } from './floor.ts';
import { type Address, type Bind, isOf, type Link, type LinkOptions } from './link.ts';
import { openTcpLink } from './link-tcp.ts';
import { openUdpLink } from './link-udp.ts';

export type { AssociationEvent as FloorControlEvent, Role as FloorControlRole } from './association.ts';

export interface FloorControlOptions {
  /** Ours. */
  role: Role;
  transport: Transport;
  bind: Bind;
  /** 32 bits, `a=confid`. */
  conferenceId: number;
  /** 16 bits, `a=userid`: the endpoint's where we are the server, ours where we are the client. */
  userId: number;
  /** 16 bits, `a=floorid`. */
  floorId: number;
  onEvent: (event: AssociationEvent) => void;
  /** Sets the class of signalling (CS3, RFC 4594 4.6) on the UDP socket of this process with this port: Node itself cannot. */
  markUdp?: (port: number) => Promise<void>;
  log?: { debug(fields: object, message: string): void };
}

/** Owned by the leg that opened it. Owns its socket and timers. After `close`, calls do nothing. */
export interface FloorControl {
  readonly port: number;
  /** The endpoint's address by its SDP, at first and whenever a re-INVITE changes it. `setup` is ours, and means TCP only. */
  connect(remote: Address, setup: 'active' | 'passive'): void;
  /** Server: the endpoint, having asked, may present. */
  grant(): void;
  /** Server: it may no longer, or may not although it asked: it is told which, by the state of its request. */
  revoke(): void;
  /** Server: somebody else of the room presents (devices then show the content), or nobody. The endpoint's grant is revoked. */
  present(presenter: Presenter | undefined): void;
  /** Client: somebody of the room wants to present; `granted` or `denied` follows. */
  requestFloor(): void;
  releaseFloor(): void;
  /** Says goodbye, waits half a second at most for the answer, ends everything. */
  close(): Promise<void>;
}

const goodbyeMs = 500;

/** Binds; rejects if no port of the range is free. */
export async function openFloorControl(options: FloorControlOptions): Promise<FloorControl> {
  const floor = new BoundFloorControl(options);
  await floor.bind();
  return floor;
}

class BoundFloorControl implements FloorControl {
  readonly #options: FloorControlOptions;
  readonly #association: Association;
  #link: Link | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;
  #isStarted = false;
  /** Somebody is there to say goodbye to. */
  #hasPeer = false;
  /** While closing: anything heard from the endpoint, which is its GoodbyeAck in all likelihood. */
  #onFarewell: (() => void) | undefined;

  constructor(options: FloorControlOptions) {
    this.#options = options;
    const { role, transport, conferenceId, userId, floorId } = options;
    const firstTransactionId = randomInt(1, 0x10000);
    this.#association = new Association({ role, transport, conferenceId, userId, floorId, firstTransactionId });
  }

  async bind(): Promise<void> {
    const { bind, role, transport, conferenceId, userId } = this.#options;
    const linkOptions: LinkOptions = {
      bind,
      isOurs: (message) => isOf(message, conferenceId, userId),
      onMessage: (message) => this.#receive(message),
      speaksFirst: role === 'client',
      onConnected: () => this.#do((association, now) => association.start(now)),
      onDisconnected: () => this.#do((association) => association.disconnected()),
      onFault: (fault) => this.#options.log?.debug(fault, 'bfcp transport'),
    };
    this.#link = await (transport === 'udp' ? openUdpLink : openTcpLink)(linkOptions);
    if (transport !== 'udp') return;
    this.#options.markUdp?.(this.port).catch((error: unknown) => {
      this.#options.log?.debug({ code: 'unmarked', error: String(error) }, 'bfcp without DSCP');
    });
  }

  get port(): number {
    return this.#link?.port ?? 0;
  }

  connect(remote: Address, setup: 'active' | 'passive'): void {
    if (this.#closing || remote.port < 1 || remote.port > 0xffff) return; // 0 is a line that was declined
    this.#link?.connect(remote, setup);
    this.#hasPeer = true;
    if (this.#options.transport !== 'udp' || this.#isStarted) return;
    this.#isStarted = true;
    this.#do((association, now) => association.start(now));
  }

  grant(): void {
    this.#do((association, now) => association.grant(now));
  }

  revoke(): void {
    this.#do((association, now) => association.revoke(now));
  }

  present(presenter: Presenter | undefined): void {
    this.#do((association, now) => association.present(presenter, now));
  }

  requestFloor(): void {
    this.#do((association, now) => association.requestFloor(now));
  }

  releaseFloor(): void {
    this.#do((association, now) => association.releaseFloor(now));
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearTimeout(this.#timer);
    const { sends } = this.#association.goodbye();
    for (const bytes of sends) this.#link?.send(bytes);
    if (sends.length > 0 && this.#hasPeer) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#onFarewell = resolve;
        timer = setTimeout(resolve, goodbyeMs);
      });
      clearTimeout(timer);
    }
    await this.#link?.close();
  }

  #receive(message: Buffer): void {
    this.#hasPeer = true;
    this.#onFarewell?.();
    this.#do((association, now) => association.receive(message, now));
  }

  #do(step: (association: Association, now: number) => Outcome): void {
    if (this.#closing) return;
    const { sends, events } = step(this.#association, performance.now());
    for (const bytes of sends) this.#link?.send(bytes);
    this.#arm();
    for (const event of events) this.#tell(event);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const { nextAt } = this.#association;
    if (nextAt === undefined) return;
    const delay = Math.max(0, Math.ceil(nextAt - performance.now()));
    this.#timer = setTimeout(() => this.#do((association, now) => association.tick(now)), delay);
  }

  /** A listener that throws must not stop the protocol. */
  #tell(event: AssociationEvent): void {
    try {
      this.#options.onEvent(event);
    } catch (error) {
      this.#options.log?.debug({ code: 'listenerThrew', error: String(error) }, 'bfcp event');
    }
  }
}
