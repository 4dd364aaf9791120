import type { Logger } from 'pino';
import { io, type Socket } from 'socket.io-client';
import type { z } from 'zod';
import { PROTOCOL_VERSION } from '../../server/protocol/version.ts';
import {
  admittedSchema,
  type GatewayRequest,
  type GatewayToServer,
  type OpenRooms,
  openRoomsSchema,
  type ServerToGateway,
  ticketAnswerSchema,
} from '../../server/protocol/wire.ts';
import { nothingSchema, resultOf, type ServerAddress, socketOptions } from './wire.ts';

type Ask<R extends GatewayRequest['request']> = Omit<Extract<GatewayRequest, { request: R }>, 'request'>;
export type Admitted = z.infer<typeof admittedSchema>;

const RETRY_MS = 500;

/** The gateway's own connection: which rooms are open, tickets for the participants it provides, callers' admission. */
export class Control {
  readonly #socket: Socket<ServerToGateway, GatewayToServer>;
  #closed = false;
  #retry: NodeJS.Timeout | undefined;

  constructor(server: ServerAddress, secret: string, onRooms: (rooms: OpenRooms['rooms']) => void, logger: Logger) {
    this.#socket = io(`${server.url}/gateway`, {
      ...socketOptions(server),
      auth: { secret, version: PROTOCOL_VERSION },
    });
    this.#socket.on('rooms', (rooms) => {
      const parsed = openRoomsSchema.safeParse(rooms);
      if (parsed.success) onRooms(parsed.data.rooms);
      else logger.warn({ issue: parsed.error.issues[0] }, 'list of rooms not understood');
    });
    this.#socket.on('connect_error', (error) => {
      logger.debug({ reason: error.message }, 'server not reached');
      this.#comeBack();
    });
    this.#socket.on('disconnect', () => this.#comeBack());
  }

  async ticket(ask: Ask<'ticket'>): Promise<string> {
    const answer = await this.#ask({ request: 'ticket', ...ask });
    return resultOf(answer, ticketAnswerSchema).ticket;
  }

  /** Throws `Refused` where this caller may not enter. */
  async admitCall(ask: Ask<'admitCall'>): Promise<Admitted> {
    return resultOf(await this.#ask({ request: 'admitCall', ...ask }), admittedSchema);
  }

  async reportHealth(health: Ask<'reportHealth'>): Promise<void> {
    if (!this.#socket.connected) return;
    resultOf(await this.#ask({ request: 'reportHealth', ...health }), nothingSchema);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#socket.disconnect();
  }

  /** socket.io comes back by itself from a lost connection, and leaves it to us where the server has closed it. */
  #comeBack(): void {
    if (this.#closed || this.#socket.active) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#socket.connect(), RETRY_MS);
  }

  #ask(request: GatewayRequest): Promise<unknown> {
    return this.#socket.emitWithAck('request', request);
  }
}
