/** What the edge is told from outside. */
import type { Source } from './dialog.ts';

export interface SipSettings {
  /** Address literal to bind, UDP and TCP. */
  host: string;
  /** Address literal or name that endpoints reach us at: in Via, Contact and the SDP's `o=`. */
  advertised: string;
  /** One port for UDP and TCP; 0 picks a free one (for tests). */
  port: number;
  userAgent: string;
  /** How often an idle dialog is asked whether its peer still lives, in milliseconds; default 30 000. */
  probeIntervalMs?: number;
  /** Calls at one time, above which new ones get 486; default 200. */
  maxDialogs?: number;
}

export interface CallRequest {
  source: Source;
  /** The caller's From URI, e.g. `sip:codec1@10.0.0.5`. Unproven. */
  from: string;
  /** The user part that was dialled. */
  target: string;
}

/** The early answer to a call, before any media is set up; e.g. 404 for a target that does not exist. */
export type Authorisation = 'accept' | { status: number; reason: string };

/** Structured log; a pino logger fits. Carries no SDP and no credentials. */
export interface SipLog {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface SipHooks {
  authorise?: (request: CallRequest) => Authorisation | Promise<Authorisation>;
  log?: SipLog;
}
