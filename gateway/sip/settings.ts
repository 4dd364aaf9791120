/** What the edge is told from outside. */
import type { Identity, Source } from './dialog/dialog.ts';
import type { TimerSettings } from './dialog/session-timer.ts';
import type { GuardLimits } from './transport/guard.ts';
import type { Names } from './transport/location.ts';

export interface SipSettings {
  /** Address literal to bind, UDP, TCP and TLS. */
  host: string;
  /** A second address literal, IPv6, for the same ports. */
  host6?: string;
  /** Address literal or name that endpoints reach us at: in Via, Contact and the SDP's `o=`. */
  advertised: string;
  /** The same for endpoints on IPv6; default `host6`. */
  advertised6?: string;
  /** One port for UDP and TCP; 0 picks a free one (for tests). */
  port: number;
  /** Without it there is no TLS. */
  tls?: TlsSettings;
  /** The realm of digest authentication (RFC 7616 §3.3), for which accounts hold their hashes. */
  realm: string;
  userAgent: string;
  /** Marks our signalling with CS3 (RFC 4594 §4.6); default true. */
  dscp?: boolean;
  /** How often an idle dialog is asked whether its peer still lives, in milliseconds; default 30 000. */
  probeIntervalMs?: number;
  /** Where floods and scans are stopped; `guard.ts` says what is usual. */
  guard?: Partial<GuardLimits>;
  /** Session timer of our own calls and the least interval that is taken, in seconds; default 1800 and 90 (RFC 4028). */
  sessionTimer?: TimerSettings;
  /** Calls at one time, above which new ones get 486; default 200. */
  maxDialogs?: number;
  /** Who is asked where a name is; default this machine's resolver. */
  names?: Names;
}

export interface TlsSettings {
  /** 0 picks a free one (for tests). */
  port: number;
  /** Our certificate, or chain, as PEM. */
  cert: string;
  /** Its private key as PEM. */
  key: string;
  /**
   * PEM of the authority that the certificates of servers we call must be signed by. Without it any certificate is taken,
   * because codecs sign their own, and its fingerprint is reported.
   */
  ca?: string;
}

export interface CallRequest {
  source: Source;
  /** The caller's From URI, e.g. `sip:codec1@10.0.0.5`. Unproven. */
  from: string;
  /** The user part that was dialled. */
  target: string;
  /** What is proven about the caller; empty where nothing is. */
  identity: Identity;
}

/**
 * The early answer to a call, before any media is set up; e.g. 404 for a target that does not exist. `challenge` asks the caller
 * for its password (401, RFC 3261 §22.2), after which the question is put again with `identity.account`.
 */
export type Authorisation = 'accept' | 'challenge' | { status: number; reason: string };

/** What digest authentication knows of a site's codec. */
export interface SipAccount {
  user: string;
  /** Hex of H(user:realm:password) for the realm of the settings (RFC 7616 §3.4.2, RFC 8760). */
  ha1: { md5: string; sha256: string };
}

/** One contact that an account has registered (RFC 3261 §10.3). */
export interface Binding {
  account: string;
  /** The URI of its Contact. */
  contact: string;
  /** Where the REGISTER came from: calls go there, over the connection if there is one. */
  source: Source;
  callId: string;
  cseq: number;
  /** Milliseconds since 1970. */
  expiresAt: number;
  userAgent?: string | undefined;
}

export interface Registrar {
  /** The live bindings of an account, the freshest first. */
  bindingsOf(account: string): Binding[];
  /** Takes up what an earlier process had; what has expired is left out. */
  restore(bindings: Binding[]): void;
}

/** A registration of ours at an outside registrar or trunk. */
export interface RegisterOptions {
  /** Its URI, e.g. `sip:trunk.example.vn;transport=tls`. */
  registrar: string;
  user: string;
  password: string;
  expiresSeconds: number;
}

/** `refused` and `unreachable` are tried again by themselves, ever less often. */
export type RegistrationState = 'trying' | 'registered' | 'refused' | 'unreachable';

export interface Registration {
  readonly state: RegistrationState;
  /** Told of each change, until it is closed. */
  onState(listener: (state: RegistrationState) => void): void;
  /** Gives it back (Expires: 0) and stops. */
  close(): Promise<void>;
}

/** A source that is answered with silence. */
export interface Ban {
  ip: string;
  /** Milliseconds since 1970. */
  until: number;
  /** Stable code. */
  reason: BanReason;
  /** What it has sent since it was banned. */
  attempts: number;
}

/** `scanner`: it names itself as one; `failures`: too many refusals; `malformed`: too much that is no SIP; `flood`: too much. */
export type BanReason = 'scanner' | 'failures' | 'malformed' | 'flood';

/** A site has tried what no site may (REG-12); for the record. */
export interface RefusedAttempt {
  kind: 'refer' | 'register' | 'call';
  source: Source;
  from: string;
  /** Refer-To, the account, or the user part that was dialled. */
  target: string;
}

/** Structured log; a pino logger fits. Carries no SDP and no credentials. */
export interface SipLog {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface SipHooks {
  authorise?: (request: CallRequest) => Authorisation | Promise<Authorisation>;
  /** The account of this user part, or nothing. Without this hook nobody can register or be challenged. */
  account?: (user: string) => Promise<SipAccount | undefined>;
  /** All bindings of an account, after one came, was renewed or went. */
  registrationsChanged?: (account: string, bindings: Binding[]) => void;
  /** Told after the answer: every REFER, every wrong password of a REGISTER, every call that `authorise` met with 403 or 404. */
  refusedAttempt?: (attempt: RefusedAttempt) => void;
  /** Marks our UDP socket on this port with CS3, which Node itself cannot do. A failure is a warning. */
  markUdp?: (port: number) => Promise<void>;
  /** True for an address that a site of ours is known by: it may be slowed down, but is never banned. */
  isTrusted?: (ip: string) => boolean;
  log?: SipLog;
}
