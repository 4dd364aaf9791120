import { createHmac } from 'node:crypto';
import type { IceServer } from '../protocol/media.ts';

/** A TURN server (RFC 8656) for browsers whose network lets nothing else through. */
export interface RelaySettings {
  /** `turn:` and `turns:` URIs (RFC 7065). */
  urls: string[];
  /** Shared with the TURN server, and with nobody else. */
  secret: string;
}

/** An allocation is refreshed with what it was made with, so a day must be longer than any meeting. */
const LASTS_S = 24 * 3600;

/**
 * Credentials that end by themselves, so that no account is shared (REG-14): the name says until when and whose, the
 * password is its HMAC-SHA1 (draft-uberti-behave-turn-rest-00 2.2, coturn's `use-auth-secret`).
 */
export function relayServers({ urls, secret }: RelaySettings, participantId: string, nowMs: number): IceServer[] {
  const username = `${Math.floor(nowMs / 1000) + LASTS_S}:${participantId}`;
  return [{ urls, username, credential: createHmac('sha1', secret).update(username).digest('base64') }];
}
