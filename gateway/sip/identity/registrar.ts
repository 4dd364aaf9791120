/** REGISTER of the sites' codecs (RFC 3261 §10.3): who may, what is answered, and who is told. The bindings are in `bindings.ts`. */
import { TransactionState, type UserAgentServer } from 'sip.js/lib/core/index.js';
import type { Source } from '../dialog/dialog.ts';
import type { Binding, Registrar, SipHooks, SipLog } from '../settings.ts';
import { type Header, headerOf, headersOf, type WireRequest } from '../transport/wire.ts';
import type { Authentication } from './authentication.ts';
import { type BoundContact, createBindings } from './bindings.ts';
import { addressIn } from './contacts.ts';
import { askerOf } from './offers.ts';
import { readSipUri } from './uris.ts';

export interface SipRegistrarOptions {
  authentication: Authentication;
  hooks: SipHooks;
  log: SipLog;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** Owned by the edge. Owns one timer, for the next binding that expires. */
export interface SipRegistrar extends Registrar {
  /** The extra headers of a 401, for a REGISTER that proves nothing; `undefined` where it at least tries. */
  challengeTo(request: WireRequest, source: Source): Header[] | undefined;
  /** Decides on a REGISTER that brings credentials; `answer` is its transaction. */
  receive(request: WireRequest, source: Source, answer: UserAgentServer): void;
  /** Whose registration came from this very source; with several that of this user part, or nobody's. */
  accountAt(source: Source, user: string): string | undefined;
  /** The bindings of an account with what is known of their connections, the freshest first. */
  boundTo(account: string): BoundContact[];
  /** True if something is registered from this address. */
  knows(ip: string): boolean;
  /** The connection to there is gone. */
  disconnect(source: Source): void;
  close(): void;
}

export function createRegistrar({ authentication, hooks, log, now = Date.now }: SipRegistrarOptions): SipRegistrar {
  const bindings = createBindings();
  let timer: NodeJS.Timeout | undefined;

  function tell(account: string): void {
    try {
      hooks.registrationsChanged?.(account, bindingsOf(account));
    } catch (error) {
      log.warn({ code: 'hookThrew', error: String(error) }, 'sip registrations changed');
    }
  }

  const bindingsOf = (account: string): Binding[] => bindings.of(account, now()).map(({ binding }) => binding);

  function awaitExpiry(): void {
    clearTimeout(timer);
    const next = bindings.nextExpiry;
    if (next === undefined) return;
    timer = setTimeout(
      () => {
        for (const account of bindings.expire(now())) tell(account);
        awaitExpiry();
      },
      Math.max(next - now(), 0) + 1,
    );
    timer.unref(); // a REGISTER may still be decided on while the edge closes
  }

  async function decide(request: WireRequest, source: Source, answer: UserAgentServer): Promise<void> {
    const { headers, method } = request;
    const to = addressIn(headerOf(headers, 'To') ?? '');
    const authorization = headersOf(headers, 'Authorization');
    const asker = askerOf((name) => headerOf(headers, name), source);
    const claim = { method, requestUri: request.uri, toUri: to, authorization, asker };
    const proof = await authentication.check(claim);
    if (proof.kind === 'unproven') {
      const challenges = authentication.challenge(asker, proof.stale);
      const extraHeaders = challenges.map((value) => `WWW-Authenticate: ${value}`);
      return void answer.reject({ statusCode: 401, extraHeaders });
    }
    const account = proof.account.user;
    const target = readSipUri(to)?.user ?? '';
    if (target === account) return enter(request, account, source, answer);
    answer.reject({ statusCode: 403 }); // §10.3 step 4: an account speaks for itself only
    const from = addressIn(headerOf(headers, 'From') ?? '').slice(0, 256);
    hooks.refusedAttempt?.({ kind: 'register', source, from, target });
  }

  function enter({ headers }: WireRequest, account: string, source: Source, answer: UserAgentServer): void {
    const { cseq } = answer.message;
    const callId = answer.message.callId.slice(0, 256);
    const contacts = headersOf(headers, 'Contact');
    const isDirect = headersOf(headers, 'Via').length === 1;
    const [expires, userAgent] = [headerOf(headers, 'Expires'), headerOf(headers, 'User-Agent')];
    const result = bindings.register({ account, source, callId, cseq, contacts, isDirect, expires, userAgent }, now());
    if (result.status === 423) {
      answer.reject({ statusCode: 423, extraHeaders: [`Min-Expires: ${result.minExpires}`] });
    } else if (result.status !== 200) answer.reject({ statusCode: result.status, reasonPhrase: result.reason });
    else {
      const extraHeaders = bindingsOf(account).map((binding) => contactLine(binding, now()));
      answer.accept({ statusCode: 200, extraHeaders });
      awaitExpiry();
      if (result.changed) tell(account);
    }
  }

  return {
    bindingsOf,
    restore(known) {
      bindings.restore(known, now());
      awaitExpiry();
    },
    challengeTo({ headers }, source) {
      if (authentication.isClaimed(headersOf(headers, 'Authorization'))) return undefined;
      return authentication
        .challenge(askerOf((name) => headerOf(headers, name), source))
        .map((value) => ({ name: 'WWW-Authenticate', value }));
    },
    receive(request, source, answer) {
      decide(request, source, answer).catch((error: unknown) => {
        log.warn({ code: 'registerFailed', error: String(error) }, 'sip registration');
        if (answer.transaction.state === TransactionState.Trying) answer.reject({ statusCode: 500 });
      });
    },
    accountAt(source, user) {
      const owners = new Set(
        bindings
          .at(source, now())
          .filter(({ isConnected }) => isConnected)
          .map(({ binding }) => binding.account),
      );
      if (owners.has(user)) return user;
      return owners.size === 1 ? [...owners][0] : undefined;
    },
    boundTo: (account) => bindings.of(account, now()),
    knows: (ip) => bindings.comesFrom(ip, now()),
    disconnect: (source) => bindings.disconnect(source),
    close: () => clearTimeout(timer),
  };
}

/** §10.3 step 8: each binding with the time that is left to it. */
function contactLine({ contact, expiresAt }: Binding, now: number): string {
  return `Contact: <${contact}>;expires=${Math.max(Math.round((expiresAt - now) / 1_000), 1)}`;
}
