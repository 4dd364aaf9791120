import { io, type Socket } from 'socket.io-client';
import { ticketSchema } from '../../server/protocol/http.ts';
import type { RoomState } from '../../server/protocol/records.ts';
import { PROTOCOL_VERSION } from '../../server/protocol/version.ts';
import type { Answer, Dismissed, NumberedEvent, Welcome } from '../../server/protocol/wire.ts';
import { evolve } from '../../server/room/evolve.ts';
import { until } from './media-fixture.ts';
import type { HttpAnswer, HttpClient } from './server-process.ts';

interface Connection {
  url: string;
  ticket: string;
  version?: number;
}

/** A participant without media: mirrors the room as a browser does, and keeps what it was told. */
export class Peer {
  readonly socket: Socket;
  readonly welcomes: Welcome[] = [];
  readonly events: NumberedEvent[] = [];
  readonly dismissals: Dismissed[] = [];
  readonly refusals: unknown[] = [];
  readonly gaps: number[] = [];
  #state: RoomState | undefined;
  #index = 0;
  #deaf = false;

  constructor({ url, ticket, version = PROTOCOL_VERSION }: Connection) {
    this.socket = io(`${url}/room`, {
      auth: { ticket, version },
      transports: ['websocket'],
      rejectUnauthorized: false,
      forceNew: true,
      reconnectionDelay: 50,
      reconnectionDelayMax: 200,
    });
    this.socket.on('welcome', (welcome: Welcome) => {
      this.welcomes.push(welcome);
      this.#state = welcome.snapshot;
      this.#index = welcome.index;
    });
    this.socket.on('event', (event: NumberedEvent) => this.#hear(event));
    this.socket.on('dismissed', (dismissed: Dismissed) => this.dismissals.push(dismissed));
    this.socket.on('connect_error', (error: Error & { data?: unknown }) => this.refusals.push(error.data));
  }

  static async connect(connection: Connection): Promise<Peer> {
    const peer = new Peer(connection);
    await until('a welcome', () => peer.welcomes.length > 0 || peer.refusals.length > 0);
    return peer;
  }

  #hear(event: NumberedEvent): void {
    if (this.#deaf) return;
    this.events.push(event);
    if (event.index !== this.#index + 1) this.gaps.push(event.index);
    this.#index = event.index;
    if (this.#state) this.#state = evolve(this.#state, event.logged);
  }

  get state(): RoomState {
    if (!this.#state) throw new Error('not welcomed');
    return this.#state;
  }

  get id(): string {
    return this.welcomes.at(-1)?.participantId ?? '';
  }

  /** Lets events pass by, as a fault in between would. */
  missEvents(deaf: boolean): void {
    this.#deaf = deaf;
  }

  types(): string[] {
    return this.events.map(({ logged }) => logged.event.type);
  }

  command(command: unknown): Promise<Answer> {
    return this.socket.timeout(5_000).emitWithAck('command', command);
  }

  request(request: unknown): Promise<Answer> {
    return this.socket.timeout(5_000).emitWithAck('request', request);
  }

  close(): void {
    this.socket.disconnect();
  }

  /** The connection breaks without a word; socket.io comes back by itself. */
  breakConnection(): void {
    this.socket.io.engine.close();
  }
}

export async function openMeeting(operator: HttpClient, title = 'Giao ban', more: object = {}): Promise<string> {
  const opened = await operator.send('POST', '/api/rooms', { title, ...more });
  return (opened.json as { roomId: string }).roomId;
}

export async function issueLink(operator: HttpClient, roomId: string, role: string, name: string) {
  const issued = await operator.send('POST', `/api/rooms/${roomId}/links`, { role, name, validHours: 2 });
  const { linkId, url } = issued.json as { linkId: string; url: string };
  return { linkId, url, token: url.split('#')[1] ?? '' };
}

export function ticketOf(answer: HttpAnswer): string {
  return ticketSchema.parse(answer.json).ticket;
}

export async function operatorTicket(operator: HttpClient, roomId: string): Promise<string> {
  return ticketOf(await operator.send('POST', `/api/rooms/${roomId}/ticket`));
}

export async function siteTicket(operator: HttpClient, roomId: string, name: string, role = 'site'): Promise<string> {
  const { token } = await issueLink(operator, roomId, role, name);
  return ticketOf(await operator.send('POST', '/api/join', role === 'guest' ? { token, name } : { token }));
}
