import { io, type Socket } from 'socket.io-client';
import type { Command } from '../../server/protocol/commands.ts';
import type { LoggedEvent } from '../../server/protocol/events.ts';
import type { Ticket } from '../../server/protocol/http.ts';
import { type MediaRequest, type Notice, noticeSchema } from '../../server/protocol/media.ts';
import type { Participant, RoomState, Time } from '../../server/protocol/records.ts';
import { type Refusal, refuse } from '../../server/protocol/refusals.ts';
import { PROTOCOL_VERSION } from '../../server/protocol/version.ts';
import {
  answerSchema,
  type ClientToServer,
  dismissedSchema,
  numberedEventSchema,
  type ServerToClient,
  type Welcome,
  welcomeSchema,
} from '../../server/protocol/wire.ts';
import { backOff, type Connection, isFinal } from './connection.ts';
import { follow, type Mirror, mirrorOf } from './mirror.ts';
import { Refused, readRefusal } from './refused.ts';
import { StallWatch } from './stall-watch.ts';

/** A person waits no longer. The media part does: what it asked for is done by then, and must be known here. */
const ANSWER_TIMEOUT_MS = { command: 10_000, request: 60_000 };
const RESYNC_AGAIN_MS = 1000;

type RoomSocket = Socket<ServerToClient, ClientToServer>;

/** What the media part of this client hears from the connection. */
export interface SessionListener {
  welcomed(welcome: Welcome): void;
  noticed(notice: Notice): void;
  /** The connection is lost or ended; requests are refused until the next welcome. */
  interrupted(): void;
}

/**
 * One participant's connection and its mirror of the room. It comes back by itself, with the same ticket, until the
 * server dismisses it. The page that makes it owns it and calls `close`; it owns its socket and its timers.
 */
export class Session {
  connection: Connection = $state.raw({ status: 'connecting' });
  /** Operators only: loudness in dBov by participant, also behind closed gates. */
  levels: Extract<Notice, { notice: 'levels' }>['levels'] = $state.raw({});
  /** Operators only: the lines that are not good. */
  lines: Extract<Notice, { notice: 'lines' }>['lines'] = $state.raw({});
  readonly participantId: Ticket['participantId'];
  readonly roomId: Ticket['roomId'];

  readonly room: RoomState | null = $derived.by(() => this.#mirror?.room ?? null);
  readonly self: Participant | null = $derived.by(() => this.room?.participants[this.participantId] ?? null);

  #mirror: Mirror | null = $state.raw(null);
  #socket: RoomSocket;
  /** Stands still. The server is not to lose it before it has the new one. */
  #stalled: RoomSocket | undefined;
  readonly #listeners = new Set<SessionListener>();
  readonly #followers = new Set<(logged: LoggedEvent) => void>();
  #clockOffset = 0;
  #resyncing = false;
  readonly #ticket: string;
  #welcome: Welcome | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  readonly #stall = new StallWatch({
    reach: (signal) => fetch('/api/health', { cache: 'no-store', signal }),
    stalled: () => this.#replaceSocket(),
  });

  constructor(ticket: Ticket) {
    this.participantId = ticket.participantId;
    this.roomId = ticket.roomId;
    this.#ticket = ticket.ticket;
    this.#socket = this.#openSocket();
  }

  /** The server's clock, in milliseconds since 1970. */
  now(): Time {
    return Math.round(Date.now() + this.#clockOffset);
  }

  /** The listener hears the last welcome at once, if there was one. Returns the way out. */
  listen(listener: SessionListener): () => void {
    this.#listeners.add(listener);
    if (this.#welcome && this.connection.status === 'live') listener.welcomed(this.#welcome);
    return () => this.#listeners.delete(listener);
  }

  /** What happens from now on, each after it has been folded in; what fell into a gap is not told. Returns the way out. */
  follow(follower: (logged: LoggedEvent) => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  /** Resolves when the room has changed accordingly; throws `Refused`. Nothing is kept for later while offline. */
  async command(command: Command): Promise<unknown> {
    return this.#ask('command', command);
  }

  /** Asks the media part; throws `Refused`. */
  async request(request: MediaRequest): Promise<unknown> {
    const answer = this.#ask('request', request);
    // Nothing is heard nor seen before it comes.
    return request.request === 'restartIce' ? this.#stall.expect(answer) : answer;
  }

  /** Asks for a fresh welcome. */
  async resync(): Promise<void> {
    if (this.#resyncing) return;
    this.#resyncing = true;
    try {
      const parsed = welcomeSchema.safeParse(await this.request({ request: 'resync' }));
      // The welcome may have come as a message of its own, and events after it.
      if (parsed.success && this.#resyncing) this.#welcomed(parsed.data);
    } catch {
      this.#resyncing = false;
      // Without a connection the next one brings a welcome.
      if (this.connection.status !== 'live') return;
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => void this.resync(), RESYNC_AGAIN_MS);
    }
  }

  /** Leaves the meeting. */
  async leave(): Promise<void> {
    await this.command({ verb: 'leave' }).catch(() => undefined);
    this.#end({ status: 'ended', reason: 'left' });
  }

  /** Goes away without leaving: the participant is kept for the grace period. */
  close(): void {
    this.#listeners.clear();
    this.#followers.clear();
    this.#end({ status: 'ended', reason: 'left' });
  }

  #openSocket(): RoomSocket {
    const socket: RoomSocket = io('/room', {
      auth: { ticket: this.#ticket, version: PROTOCOL_VERSION },
      // Long polling first would only delay the first frame; every browser that can send video has WebSocket.
      transports: ['websocket'],
      reconnectionDelay: 300,
      reconnectionDelayMax: 3000,
      timeout: 8000,
      forceNew: true,
    });
    /** What another one than the present says is of no interest any more. */
    const heed =
      <A extends unknown[]>(listener: (...heard: A) => void) =>
      (...heard: A) => {
        if (this.#socket === socket) listener(...heard);
      };
    const toWelcome = heed((welcome: unknown) => {
      const parsed = welcomeSchema.safeParse(welcome);
      if (parsed.success) this.#welcomed(parsed.data);
      else this.#refuse(refuse('versionUnsupported'));
    });
    const toDismissed = heed((dismissed: unknown) => {
      const parsed = dismissedSchema.safeParse(dismissed);
      if (parsed.success) this.#end({ status: 'ended', reason: parsed.data.reason });
    });
    const toEvent = heed((event: unknown) => this.#follow(event));
    const toNotice = heed((notice: unknown) => this.#noticed(notice));
    const toConnect = heed(() => this.#dropStalled());
    const toLoss = heed(() => this.#lost(1));
    const toRefusal = heed((error: Error & { data?: unknown }) => this.#notConnected(error.data));
    const toAttempt = heed((attempt: number) => this.#lost(attempt));
    const toPacket = heed(() => this.#stall.heard());
    socket.on('welcome', toWelcome).on('dismissed', toDismissed).on('event', toEvent).on('notice', toNotice);
    socket.on('connect', toConnect).on('disconnect', toLoss).on('connect_error', toRefusal);
    socket.io.on('reconnect_attempt', toAttempt).on('open', () => socket.io.engine.on('packet', toPacket));
    return socket;
  }

  /** The new one takes the seat of the old, so that nobody sees the participant go. */
  #replaceSocket(): void {
    this.#dropStalled();
    this.#stalled = this.#socket;
    this.#stalled.io.reconnection(false);
    this.#socket = this.#openSocket();
    this.#lost(1);
  }

  /** What was asked over it is refused now, before the welcome, which may have it asked again. */
  #dropStalled(): void {
    this.#stalled?.disconnect();
    this.#stalled = undefined;
  }

  #welcomed(welcome: Welcome): void {
    if (this.connection.status === 'ended') return;
    this.#resyncing = false;
    this.#clockOffset = welcome.now - Date.now();
    this.#welcome = welcome;
    this.#mirror = mirrorOf(welcome);
    this.connection = { status: 'live' };
    for (const listener of this.#listeners) listener.welcomed(welcome);
  }

  #follow(event: unknown): void {
    if (!this.#mirror || this.#resyncing) return;
    const parsed = numberedEventSchema.safeParse(event);
    const next = parsed.success ? follow(this.#mirror, parsed.data) : 'gap';
    if (next === 'gap') void this.resync();
    else this.#advance(next, parsed.data?.logged);
  }

  #advance(next: Mirror, logged: LoggedEvent | undefined): void {
    const isNews = this.#mirror?.index !== next.index;
    this.#mirror = next;
    if (logged && isNews) for (const follower of this.#followers) follower(logged);
  }

  #noticed(notice: unknown): void {
    const parsed = noticeSchema.safeParse(notice);
    // A notice of a later version says nothing to this one.
    if (!parsed.success) return;
    if (parsed.data.notice === 'levels') this.levels = parsed.data.levels;
    if (parsed.data.notice === 'lines') this.lines = parsed.data.lines;
    for (const listener of this.#listeners) listener.noticed(parsed.data);
  }

  #lost(attempt: number): void {
    const before = this.connection;
    if (before.status === 'ended') return;
    this.#stall.rest();
    this.#resyncing = false;
    if (before.status === 'live') for (const listener of this.#listeners) listener.interrupted();
    const since = before.status === 'reconnecting' ? before.since : Date.now();
    this.connection = { status: 'reconnecting', since, attempt };
    // socket.io leaves it to us where the server itself closed the connection.
    if (!this.#socket.active) this.#reconnect(attempt);
  }

  #notConnected(reason: unknown): void {
    const refusal = readRefusal(reason);
    if (refusal && isFinal(refusal)) this.#refuse(refusal);
    else if (!this.#socket.active) {
      this.#lost(this.connection.status === 'reconnecting' ? this.connection.attempt + 1 : 1);
    }
  }

  #reconnect(attempt: number): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#socket.connect(), backOff(attempt));
  }

  #refuse(refusal: Refusal): void {
    this.#end({ status: 'ended', reason: 'refused', refusal });
  }

  #end(connection: Extract<Connection, { status: 'ended' }>): void {
    if (this.connection.status === 'ended') return;
    this.connection = connection;
    for (const listener of this.#listeners) listener.interrupted();
    clearTimeout(this.#retry);
    this.#socket.disconnect();
    this.#dropStalled();
    this.#stall.rest();
  }

  async #ask(name: 'command' | 'request', message: Command | MediaRequest): Promise<unknown> {
    if (this.connection.status !== 'live') throw new Refused('retry');
    const answer: unknown = await this.#socket
      .timeout(ANSWER_TIMEOUT_MS[name])
      .emitWithAck(name, message)
      .catch(() => {
        throw new Refused('retry');
      });
    const parsed = answerSchema.safeParse(answer);
    if (!parsed.success) throw new Refused('internal');
    if (parsed.data.ok) return parsed.data.result;
    throw new Refused(parsed.data.refusal.code, parsed.data.refusal.detail);
  }
}
