/** Our answers to 401 and 407 (RFC 3261 §22.2, §22.3): the user and password that each call of ours may be asked for. */
import { randomBytes } from 'node:crypto';
import { DigestAuthentication, type LoggerFactory, type OutgoingRequestMessage } from 'sip.js/lib/core/index.js';
import { type Header, headerOf, headersOf, type WireResponse } from '../transport/wire.ts';
import { answerChallenge, type Challenge, formatCredentials, readChallenge, type Secret, strongest } from './digest.ts';

/** Owned by a listener; one for all that it sends. */
export interface OutgoingCredentials {
  /** Every request with this Call-ID, also within the dialog, answers with these. */
  set(callId: string, secret: Secret): void;
  forget(callId: string): void;
  /**
   * The response as the library is to see it. It reads one challenge only, knows no algorithm but MD5, and decides whether to
   * try (once, and once more where the nonce was stale): so it is shown a plain one, while the strongest of the real ones is kept
   * for the answer; or none, where we have no answer.
   */
  present(response: WireResponse): WireResponse;
  /** What the library asks for an Authorization header. */
  create(loggerFactory: LoggerFactory): DigestAuthentication;
  /** How many calls have credentials. */
  readonly size: number;
}

interface Entry {
  secret: Secret;
  challenge?: Challenge;
}

const challengeHeaders: Record<number, string> = { 401: 'WWW-Authenticate', 407: 'Proxy-Authenticate' };

export function createCredentials(random: (octets: number) => Buffer = randomBytes): OutgoingCredentials {
  const entries = new Map<string, Entry>();

  class Answer extends DigestAuthentication {
    #header = '';

    override authenticate(request: OutgoingRequestMessage): boolean {
      const entry = entries.get(request.callId);
      if (!entry?.challenge) return false;
      const target = { method: request.method, uri: request.ruri.toRaw() };
      this.#header = formatCredentials(
        answerChallenge(entry.challenge, entry.secret, target, random(16).toString('base64url')),
      );
      delete entry.challenge;
      return true;
    }

    override toString(): string {
      return this.#header;
    }
  }

  return {
    set: (callId, secret) => void entries.set(callId, { secret }),
    forget: (callId) => void entries.delete(callId),
    present(response) {
      const name = challengeHeaders[response.status];
      if (name === undefined) return response;
      const others = response.headers.filter((header) => header.name !== name);
      const challenges = headersOf(response.headers, name).map(readChallenge);
      const chosen = strongest(challenges.filter((challenge) => challenge !== undefined));
      const entry = entries.get(headerOf(response.headers, 'Call-ID') ?? '');
      if (!chosen || !entry) return { ...response, headers: others };
      entry.challenge = chosen;
      return { ...response, headers: [...others, plainChallenge(name, chosen.stale)] };
    },
    create: (loggerFactory) => new Answer(loggerFactory, undefined, undefined, undefined),
    get size() {
      return entries.size;
    },
  };
}

const plainChallenge = (name: string, stale: boolean): Header => ({
  name,
  value: `Digest realm="seen", nonce="seen"${stale ? ', stale=true' : ''}`,
});

/** The credentials of an INVITE, as lines, which its ACK has to carry too (RFC 3261 §13.2.2.4). */
export function credentialLines(message: OutgoingRequestMessage): string[] {
  return ['Authorization', 'Proxy-Authorization'].flatMap((name) =>
    message.getHeaders(name).map((value) => `${name}: ${value}`),
  );
}
