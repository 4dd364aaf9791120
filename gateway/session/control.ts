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
import { ComingBack, nothingSchema, resultOf, type ServerAddress, socketOptions } from './wire.ts';

type Ask<R extends GatewayRequest['request']> = Omit<Extract<GatewayRequest, { request: R }>, 'request'>;
export type Admitted = z.infer<typeof admittedSchema>;

/** The gateway's own connection: which rooms are open, tickets for the participants it provides, callers' admission. */
export class Control {
  readonly #socket: Socket<ServerToGateway, GatewayToServer>;
  readonly #comingBack: ComingBack;

  constructor(server: ServerAddress, secret: string, onRooms: (rooms: OpenRooms['rooms']) => void, logger: Logger) {
    this.#socket = io(`${server.url}/gateway`, {
      ...socketOptions(server),
      auth: { secret, version: PROTOCOL_VERSION },
    });
    this.#comingBack = new ComingBack(this.#socket);
    this.#socket.on('rooms', (rooms) => {
      const parsed = openRoomsSchema.safeParse(rooms);
      if (parsed.success) onRooms(parsed.data.rooms);
      else logger.warn({ issue: parsed.error.issues[0] }, 'list of rooms not understood');
    });
    this.#socket.on('connect_error', (error) => {
      logger.debug({ reason: error.message }, 'server not reached');
      this.#comingBack.again();
    });
    this.#socket.on('disconnect', () => this.#comingBack.again());
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
    this.#comingBack.stop();
    this.#socket.disconnect();
  }

  #ask(request: GatewayRequest): Promise<unknown> {
    return this.#socket.emitWithAck('request', request);
  }
}
