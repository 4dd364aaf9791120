import { LoggerFactory, OutgoingRequestMessage, URI } from 'sip.js/lib/core/index.js';
import { describe, expect, it } from 'vitest';
import { createCredentials, credentialLines } from '../../../../gateway/sip/identity/credentials.ts';
import { formatChallenge, ha1Of, isRight, readCredentials } from '../../../../gateway/sip/identity/digest.ts';
import { headersOf, type WireResponse } from '../../../../gateway/sip/transport/wire.ts';

const uri = new URI('sip', 'site9', 'trunk.example', 5060);
const loggerFactory = new LoggerFactory();
loggerFactory.builtinEnabled = false;
const plain = { realm: 'trunk', nonce: 'n0', session: false, qop: true, stale: false };

function invite(callId: string): OutgoingRequestMessage {
  return new OutgoingRequestMessage('INVITE', uri, uri, uri, { callId });
}

function refusal(callId: string, status: number, ...challenges: string[]): WireResponse {
  const name = status === 401 ? 'WWW-Authenticate' : 'Proxy-Authenticate';
  const headers = [{ name: 'Call-ID', value: callId }, ...challenges.map((value) => ({ name, value }))];
  return { kind: 'response', status, reason: '', headers, body: '' };
}

describe('the credentials of a call', () => {
  it('answer the strongest challenge, which the library never sees', () => {
    const credentials = createCredentials();
    credentials.set('a', { user: 'rostrum', password: 'secret' });
    const shown = credentials.present(
      refusal(
        'a',
        407,
        formatChallenge({ ...plain, algorithm: 'MD5' }),
        formatChallenge({ ...plain, algorithm: 'SHA-256', nonce: 'n1', stale: true }),
        'Basic realm="x"',
      ),
    );
    expect(headersOf(shown.headers, 'Proxy-Authenticate')).toEqual(['Digest realm="seen", nonce="seen", stale=true']);
    const answer = credentials.create(loggerFactory);
    expect(answer.authenticate(invite('a'), {})).toBe(true);
    const sent = readCredentials(answer.toString());
    expect(sent).toMatchObject({ username: 'rostrum', nonce: 'n1', algorithm: 'SHA-256', uri: uri.toRaw() });
    expect(sent && isRight(sent, 'INVITE', ha1Of('SHA-256', 'rostrum', 'trunk', 'secret'))).toBe(true);
  });

  it('answer each challenge once, with a nonce of their own each time', () => {
    const credentials = createCredentials();
    credentials.set('a', { user: 'u', password: 'p' });
    const seen = [1, 2].map(() => {
      credentials.present(refusal('a', 401, formatChallenge({ ...plain, algorithm: 'MD5' })));
      const answer = credentials.create(loggerFactory);
      expect(answer.authenticate(invite('a'), {})).toBe(true);
      expect(answer.authenticate(invite('a'), {})).toBe(false);
      return readCredentials(answer.toString())?.proof?.cnonce;
    });
    expect(seen[0]).not.toBe(seen[1]);
  });

  it('are for that call alone, and gone when it is over', () => {
    const credentials = createCredentials();
    credentials.set('a', { user: 'u', password: 'p' });
    const challenge = formatChallenge({ ...plain, algorithm: 'MD5' });
    expect(headersOf(credentials.present(refusal('b', 401, challenge)).headers, 'WWW-Authenticate')).toEqual([]);
    expect(credentials.create(loggerFactory).authenticate(invite('b'), {})).toBe(false);
    credentials.present(refusal('a', 401, challenge));
    credentials.forget('a');
    expect(credentials.create(loggerFactory).authenticate(invite('a'), {})).toBe(false);
    expect(credentials.size).toBe(0);
  });

  it('have no answer to what is no digest, and leave other responses as they are', () => {
    const credentials = createCredentials();
    credentials.set('a', { user: 'u', password: 'p' });
    expect(credentials.present(refusal('a', 401, 'Basic realm="x"')).headers).toHaveLength(1);
    const ringing = refusal('a', 180);
    expect(credentials.present(ringing)).toBe(ringing);
  });
});

it('go into the ACK of a call that was asked for them (RFC 3261 §13.2.2.4)', () => {
  const message = invite('a');
  expect(credentialLines(message)).toEqual([]);
  message.setHeader('proxy-authorization', 'Digest x');
  expect(credentialLines(message)).toEqual(['Proxy-Authorization: Digest x']);
});
