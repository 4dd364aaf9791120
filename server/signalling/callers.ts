import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { OpenRooms } from '../open-rooms.ts';
import type { Site } from '../protocol/http.ts';
import { participantIdOfAddress, participantIdOfSite, roomIdSchema } from '../protocol/ids.ts';
import { isTestRoom } from '../protocol/line-tests.ts';
import { nameSchema, type RoomState } from '../protocol/records.ts';
import { type RefusalCode, Refused } from '../protocol/refusals.ts';
import type { Admitted, GatewayRequest, SipAccountAnswer, SipBinding } from '../protocol/wire.ts';
import type { Room } from '../rooms.ts';
import type { Tickets } from './tickets.ts';

/** What becomes of callers whom nobody knows. */
export type Callers = 'pin' | 'known' | 'any';

/** What the gateway's door needs of the directory of sites. */
export interface DirectoryPort {
  identify(proof: { account?: string | undefined; certificate?: string | undefined; ip: string }): Site | undefined;
  account(user: string): SipAccountAnswer;
  reportRegistrations(account: string, bindings: readonly SipBinding[]): Promise<void>;
  registrations(): Promise<SipBinding[]>;
  networks(): string[];
  watch(changed: () => void): void;
}

export interface CallerParts {
  rooms: OpenRooms;
  tickets: Tickets;
  directory: DirectoryPort;
  callers: Callers;
  logger: Logger;
}

type Request<K extends GatewayRequest['request']> = Extract<GatewayRequest, { request: K }>;
type Caller = Pick<Request<'admitCall'>, 'from' | 'contact' | 'displayName' | 'source'>;

/**
 * Wrong PINs from one address, and from all, in this many seconds: of a million, not three thousand are tried out in the
 * eight hours of a long meeting, from however many addresses. Sites need no PIN.
 */
const PIN_WINDOW_SECONDS = 600;
const WRONG_PINS_FROM_ONE = 9;
const WRONG_PINS_FROM_ALL = 60;

/** Who calls in by SIP: as whom, into which room, or why not. Whoever is refused is on record (REG-12). */
export class CallerAdmission {
  readonly #parts: CallerParts;
  readonly #pins = {
    one: new RateLimiterMemory({ keyPrefix: 'pin', points: WRONG_PINS_FROM_ONE, duration: PIN_WINDOW_SECONDS }),
    all: new RateLimiterMemory({ keyPrefix: 'pins', points: WRONG_PINS_FROM_ALL, duration: PIN_WINDOW_SECONDS }),
  };

  constructor(parts: CallerParts) {
    this.#parts = parts;
  }

  /** A codec dials `sip:ROOM@HOST`. A site reaches only open rooms to which it is invited; others need the PIN. */
  async admit(call: Request<'admitCall'>): Promise<Admitted> {
    const site = this.#parts.directory.identify({ ...call, ip: call.source.ip });
    const room = this.#dialled(call.target, site);
    const refused = room ? this.#reasonAgainst(room.state, call, site) : 'roomUnknown';
    if (room && !refused) return this.#let(room, call, site);
    // Which rooms there are is no business of a stranger.
    if (!site && this.#parts.callers === 'pin' && refused !== 'removed') throw new Refused('pinRequired');
    const { from, target, source } = call;
    this.#parts.logger.warn({ from, target, source, site: site?.siteId, refused }, 'a call was refused');
    this.#putOnRecord(room, { from, target, kind: 'call' }, site);
    throw new Refused(refused ?? 'roomUnknown', call.target);
  }

  /** Throws `Refused`: `pinWrong`, or `tooManyAttempts` after too many of those. */
  async admitByPin(call: Request<'admitByPin'>): Promise<Admitted> {
    const { ip } = call.source;
    await this.#countAttempt(ip);
    const room = this.#parts.rooms.list().find(({ state }) => state.status === 'open' && state.pin === call.pin);
    if (!room) {
      this.#parts.logger.warn({ from: call.from, source: call.source }, 'a wrong PIN');
      throw new Refused('pinWrong');
    }
    // Who knew it has guessed nothing.
    await Promise.all([this.#pins.one.reward(ip), this.#pins.all.reward('all')]);
    if (room.state.participants[strangerId(call)]?.presence === 'removed') throw new Refused('removed');
    return this.#let(room, call, undefined);
  }

  /** What the gateway refused by itself. */
  record(attempt: Request<'recordAttempt'>): void {
    const site = this.#parts.directory.identify({ ...attempt, ip: attempt.source.ip });
    const { from, target, kind, source } = attempt;
    this.#parts.logger.warn({ from, target, kind, source, site: site?.siteId }, 'an attempt was refused');
    this.#putOnRecord(undefined, attempt, site);
  }

  /** The room by its id; a site that dials no room, only our address, means the one meeting it is invited to. */
  #dialled(target: string, site: Site | undefined): Room | undefined {
    const roomId = roomIdSchema.safeParse(target.toLowerCase());
    const room = roomId.success ? this.#parts.rooms.get(roomId.data) : undefined;
    if (room || !site || target !== '') return room;
    const invited = this.#invitedTo(site);
    return invited.length === 1 ? invited[0] : undefined;
  }

  #invitedTo({ siteId }: Site): Room[] {
    const open = this.#parts.rooms.list().filter(({ roomId, state }) => state.status === 'open' && !isTestRoom(roomId));
    return open.filter(({ state }) => state.sites[siteId]);
  }

  #reasonAgainst(state: RoomState, call: Caller, site: Site | undefined): RefusalCode | undefined {
    if (state.status === 'ended') return 'meetingEnded';
    if (site) return state.sites[site.siteId] ? removed(state, participantIdOfSite(site.siteId)) : 'notInvited';
    const id = participantIdOfAddress(call.from);
    if (removed(state, id)) return 'removed';
    return this.#parts.callers === 'any' || isKnown(state, call) ? undefined : 'notPermitted';
  }

  async #let(room: Room, call: Caller, site: Site | undefined): Promise<Admitted> {
    const callId = randomBytes(9).toString('base64url');
    const from = printable(call.from) || 'sip:anonymous';
    const participantId = site ? participantIdOfSite(site.siteId) : this.#strangerIn(room.state, call);
    const name = site?.name ?? nameOf(room, participantId, call);
    const address = printable(call.contact ?? '') || from;
    const ofSite = site ? { siteId: site.siteId } : {};
    const record = { verb: 'recordCall', callId, participantId, address, name, ...ofSite } as const;
    const answer = await room.dispatch(record, 'system');
    if (!answer.ok) throw new Refused(answer.refusal.code, answer.refusal.detail);
    const { roomId } = room;
    const claims = { roomId, kind: 'sip', role: 'site', participantId, name, address: from, callId } as const;
    const { encryption = 'preferred', bridge = false } = site?.sip ?? {};
    const ticket = await this.#parts.tickets.issue(claims);
    const line = site && room.state.sites[site.siteId]?.line;
    return { roomId, participantId, name, callId, ticket, ...ofSite, encryption, ...(line ? { line } : {}), bridge };
  }

  /** A codec that the centre has dialled is that participant again; everyone else is who he is from where he calls. */
  #strangerIn(state: RoomState, call: Caller): string {
    return this.#parts.callers === 'any' || isKnown(state, call) ? participantIdOfAddress(call.from) : strangerId(call);
  }

  #putOnRecord(
    room: Room | undefined,
    { from, target, kind }: Pick<Request<'recordAttempt'>, 'from' | 'target' | 'kind'>,
    site: Site | undefined,
  ): void {
    const attempt = { verb: 'recordRefusedCall', address: printable(from), target: printable(target), kind } as const;
    const rooms = room ? [room] : site ? this.#invitedTo(site) : [];
    const who = site ? { site: { siteId: site.siteId, name: site.name } } : {};
    for (const one of rooms) one.report({ ...attempt, ...who });
  }

  /** Before it is looked at: many at once are not to slip through together. Throws `Refused`. */
  async #countAttempt(ip: string): Promise<void> {
    try {
      await this.#pins.one.consume(ip);
      await this.#pins.all.consume('all');
    } catch (rejected) {
      if (!(rejected instanceof RateLimiterRes)) throw rejected;
      throw new Refused('tooManyAttempts', String(Math.ceil(rejected.msBeforeNext / 1000)));
    }
  }
}

function removed(state: RoomState, participantId: string): RefusalCode | undefined {
  return state.participants[participantId]?.presence === 'removed' ? 'removed' : undefined;
}

/** From the very address at which the centre has called it, or where it was let in before. */
function isKnown(state: RoomState, { from, source }: Caller): boolean {
  const id = participantIdOfAddress(from);
  if (hostOf(from) !== source.ip) return false;
  return state.participants[id] !== undefined || Object.values(state.calls).some((c) => c.participantId === id);
}

/** What he says of himself counts only together with where he really calls from. */
function strangerId({ from, source }: Caller): string {
  const user = /^(?:sips?:)?([^@;]+)@/i.exec(from)?.[1] ?? 'anonymous';
  const host = source.ip.includes(':') ? `[${source.ip}]` : source.ip;
  return participantIdOfAddress(`${user}@${host}`);
}

function hostOf(address: string): string | undefined {
  return /^(?:sips?:)?(?:[^@]*@)?(\[[^\]]+\]|[^:;>]+)/i.exec(address)?.[1]?.replace(/^\[|\]$/g, '');
}

function nameOf(room: Room, participantId: string, { from, displayName }: Caller): string {
  const known = room.state.participants[participantId]?.name;
  const user = /^(?:sips?:)?([^@;]+)@/i.exec(from)?.[1];
  const candidates = [known, displayName, user, from, participantId];
  return candidates.find((name) => nameSchema.safeParse(name).success)?.trim() ?? participantId;
}

/** What a stranger sent, fit for the log: no control characters. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, ' ').trim();
}
