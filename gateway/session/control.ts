import type { Logger } from 'pino';
import { io, type Socket } from 'socket.io-client';
import type { z } from 'zod';
import { Refused } from '../../server/protocol/refusals.ts';
import { PROTOCOL_VERSION } from '../../server/protocol/version.ts';
import {
  admittedSchema,
  type bindingSchema,
  type GatewayRequest,
  type GatewayToServer,
  type OpenRooms,
  openRoomsSchema,
  registrationsAnswerSchema,
  type ServerToGateway,
  sipAccountAnswerSchema,
  ticketAnswerSchema,
  trustedSchema,
  unbanSchema,
} from '../../server/protocol/wire.ts';
import { ComingBack, nothingSchema, resultOf, type ServerAddress, socketOptions } from './wire.ts';

type Ask<R extends GatewayRequest['request']> = Omit<Extract<GatewayRequest, { request: R }>, 'request'>;
export type SipAccount = z.infer<typeof sipAccountAnswerSchema>;
export type Admitted = z.infer<typeof admittedSchema>;

/** The gateway's own connection: which rooms are open, tickets for the participants it provides, callers' admission. */
export class Control {
  readonly #socket: Socket<ServerToGateway, GatewayToServer>;
  readonly #comingBack: ComingBack;
  #rooms: OpenRooms['rooms'] | undefined;
  #onRooms: (rooms: OpenRooms['rooms']) => void = () => undefined;

  constructor(server: ServerAddress, secret: string, logger: Logger) {
    this.#socket = io(`${server.url}/gateway`, {
      ...socketOptions(server),
      auth: { secret, version: PROTOCOL_VERSION },
    });
    this.#comingBack = new ComingBack(this.#socket);
    this.#socket.on('rooms', (rooms) => {
      const parsed = openRoomsSchema.safeParse(rooms);
      if (parsed.success) this.#announce(parsed.data.rooms);
      else logger.warn({ issue: parsed.error.issues[0] }, 'list of rooms not understood');
    });
    this.#socket.on('connect_error', (error) => {
      logger.debug({ reason: error.message }, 'server not reached');
      this.#comingBack.again();
    });
    this.#socket.on('disconnect', () => this.#comingBack.again());
  }

  /** One listener: which rooms are open, at once if that is known, and whenever it changes. */
  onRooms(listener: (rooms: OpenRooms['rooms']) => void): void {
    this.#onRooms = listener;
    if (this.#rooms) listener(this.#rooms);
  }

  /** Now, if the connection stands, and whenever it stands again. */
  onConnected(listener: () => void): void {
    this.#socket.on('connect', listener);
    if (this.#socket.connected) listener();
  }

  /** The operator has lifted a ban. */
  onUnban(listener: (ip: string) => void): void {
    this.#socket.on('unban', (unban) => {
      const parsed = unbanSchema.safeParse(unban);
      if (parsed.success) listener(parsed.data.ip);
    });
  }

  /** Where the sites' codecs are: addresses and networks, at once and whenever they change. */
  onTrusted(listener: (networks: string[]) => void): void {
    this.#socket.on('trusted', (trusted) => {
      const parsed = trustedSchema.safeParse(trusted);
      if (parsed.success) listener(parsed.data.networks);
    });
  }

  async ticket(ask: Ask<'ticket'>): Promise<string> {
    const answer = await this.#ask({ request: 'ticket', ...ask });
    return resultOf(answer, ticketAnswerSchema).ticket;
  }

  /** Throws `Refused` where this caller may not enter. */
  async admitCall(ask: Ask<'admitCall'>): Promise<Admitted> {
    return resultOf(await this.#ask({ request: 'admitCall', ...ask }), admittedSchema);
  }

  /** Throws `Refused` (`pinWrong`, `tooManyAttempts`) where this is no open meeting's PIN. */
  async admitByPin(ask: Ask<'admitByPin'>): Promise<Admitted> {
    return resultOf(await this.#ask({ request: 'admitByPin', ...ask }), admittedSchema);
  }

  /** The digest hashes of a site's codec, or nothing for a name that is no account. */
  async sipAccount(user: string): Promise<SipAccount | undefined> {
    try {
      return resultOf(await this.#ask({ request: 'sipAccount', user }), sipAccountAnswerSchema);
    } catch (error) {
      if (error instanceof Refused && error.refusal.category !== 'server') return undefined;
      throw error;
    }
  }

  async reportRegistrations(report: Ask<'reportRegistrations'>): Promise<void> {
    resultOf(await this.#ask({ request: 'reportRegistrations', ...report }), nothingSchema);
  }

  async registrations(): Promise<z.infer<typeof bindingSchema>[]> {
    return resultOf(await this.#ask({ request: 'registrations' }), registrationsAnswerSchema).bindings;
  }

  async reportBans(report: Ask<'reportBans'>): Promise<void> {
    resultOf(await this.#ask({ request: 'reportBans', ...report }), nothingSchema);
  }

  async recordAttempt(attempt: Ask<'recordAttempt'>): Promise<void> {
    resultOf(await this.#ask({ request: 'recordAttempt', ...attempt }), nothingSchema);
  }

  async reportHealth(health: Ask<'reportHealth'>): Promise<void> {
    if (!this.#socket.connected) return;
    resultOf(await this.#ask({ request: 'reportHealth', ...health }), nothingSchema);
  }

  close(): void {
    this.#comingBack.stop();
    this.#socket.disconnect();
  }

  #announce(rooms: OpenRooms['rooms']): void {
    this.#rooms = rooms;
    this.#onRooms(rooms);
  }

  #ask(request: GatewayRequest): Promise<unknown> {
    return this.#socket.emitWithAck('request', request);
  }
}
