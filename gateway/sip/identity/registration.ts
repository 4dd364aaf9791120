/** Our own registration at an outside registrar or trunk (RFC 3261 §10.2). */
import { randomUUID } from 'node:crypto';
import { type IncomingResponseMessage, URI } from 'sip.js/lib/core/index.js';
import type { Listener } from '../listener.ts';
import type { RegisterOptions, Registration, RegistrationState } from '../settings.ts';
import type { Located } from '../transport/location.ts';
import { contactsIn } from './contacts.ts';
import type { OutgoingCredentials } from './credentials.ts';
import { isSameContact } from './uris.ts';

export interface RegistrationOptions extends RegisterOptions {
  /** Its URI, as `registrar` says. */
  target: URI;
  listener: Listener;
  credentials: OutgoingCredentials;
  /** Where it may be asked for, for a registrar by name; does not reject. */
  locate: (() => Promise<Located[]>) | undefined;
  /** Called once, when it has been given back or given up. */
  onClosed: () => void;
  timing?: Partial<RegistrationTiming>;
}

/** Milliseconds. */
export interface RegistrationTiming {
  /** After the first failure; each further one doubles it, up to `longestWait` (RFC 5626 §4.5). */
  firstWait: number;
  longestWait: number;
  /** How long `close` waits for the registrar. */
  farewell: number;
}

const usual: RegistrationTiming = { firstWait: 30_000, longestWait: 1_800_000, farewell: 900 };
/** We ask again when this much of what was granted is over. */
const refreshAt = 0.8;
/** What a registrar may make us ask for, in seconds. */
const longestExpires = 86_400;

/** Owned by the edge, which closes it. Owns one timer and at most one request. */
export class OutgoingRegistration implements Registration {
  readonly #options: RegistrationOptions;
  readonly #timing: RegistrationTiming;
  readonly #callId = randomUUID();
  readonly #contact: string;
  readonly #listeners = new Set<(state: RegistrationState) => void>();
  #state: RegistrationState = 'trying';
  #expires: number;
  #cseq = 0;
  #failures = 0;
  #stopTimer: () => void = () => {};
  /** The request that is on its way, until it is answered or given up. */
  #pending: Promise<void> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(options: RegistrationOptions) {
    this.#options = options;
    this.#timing = { ...usual, ...options.timing };
    this.#expires = options.expiresSeconds;
    const { credentials, listener, user, password } = options;
    const contact = listener.uriOf(user);
    contact.setParam('transport', listener.transport);
    this.#contact = contact.toRaw();
    credentials.set(this.#callId, { user, password });
    this.#ask(this.#expires);
  }

  get state(): RegistrationState {
    return this.#state;
  }

  onState(listener: (state: RegistrationState) => void): void {
    this.#listeners.add(listener);
  }

  close(): Promise<void> {
    this.#closing ??= this.#giveBack();
    return this.#closing;
  }

  async #giveBack(): Promise<void> {
    const { credentials, listener } = this.#options;
    this.#stopTimer();
    this.#listeners.clear();
    await new Promise<void>((resolve) => {
      let isLate = false;
      const stop = listener.after(this.#timing.farewell, () => {
        isLate = true;
        resolve();
      });
      // Not before the answer to what is on its way: its retry would register us again.
      const given = this.#pending.then(() => (isLate ? undefined : this.#send(0)));
      given.then(stop, this.#fault).then(resolve, this.#fault);
    });
    credentials.forget(this.#callId);
    listener.unpin(this.#callId);
    this.#options.onClosed();
  }

  #ask(expires: number): void {
    const answered = this.#send(expires).then((answer) => {
      if (this.#closing) return;
      if (answer.statusCode === 200) this.#receiveGrant(answer);
      else this.#receiveRefusal(answer);
    });
    this.#pending = answered.catch(this.#fault);
  }

  readonly #fault = (error: unknown): void => {
    this.#options.listener.log.warn({ code: 'registrationFault', error: String(error) }, 'sip registration of ours');
  };

  /** Resolves with the final response, be it one that the library made up. */
  async #send(expires: number): Promise<IncomingResponseMessage> {
    const { listener, locate, target, user } = this.#options;
    const places = (await locate?.()) ?? [];
    const place = places[this.#failures % Math.max(places.length, 1)]; // another one after each failure (RFC 3263 §4.3)
    if (place) listener.pin(this.#callId, place);
    const registrar = new URI('sip', '', target.host, target.port);
    const own = new URI('sip', user, target.host, target.port);
    if (listener.transport !== 'udp') registrar.setParam('transport', listener.transport);
    this.#cseq += 1;
    const message = listener.core.makeOutgoingRequestMessage(
      'REGISTER',
      registrar,
      own,
      own,
      { callId: this.#callId, cseq: this.#cseq },
      [`Contact: <${this.#contact}>;expires=${expires}`, `Expires: ${expires}`],
    );
    return new Promise((resolve) => {
      const settle = (response: { message: IncomingResponseMessage }) => {
        this.#cseq = Math.max(this.#cseq, message.cseq); // each challenge took one
        resolve(response.message);
      };
      listener.core.register(message, { onAccept: settle, onReject: settle, onRedirect: settle });
    });
  }

  #receiveGrant(answer: IncomingResponseMessage): void {
    const granted = this.#grantedIn(answer);
    this.#failures = 0;
    this.#enter('registered');
    this.#stopTimer = this.#options.listener.after(granted * 1_000 * refreshAt, () => this.#ask(this.#expires));
  }

  /** Seconds: that of our own contact, for other devices may have registered there too (§10.2.4). */
  #grantedIn(answer: IncomingResponseMessage): number {
    const own = contactsIn(answer.getHeaders('Contact')).find(({ uri }) => isSameContact(uri, this.#contact));
    const header = Number(answer.getHeader('Expires'));
    const granted = own?.expires ?? (Number.isInteger(header) && header > 0 ? header : this.#expires);
    return Math.min(Math.max(granted, 1), longestExpires);
  }

  #receiveRefusal(answer: IncomingResponseMessage): void {
    const least = Number(answer.getHeader('Min-Expires'));
    if (answer.statusCode === 423 && least > this.#expires && least <= longestExpires) {
      this.#expires = least; // §10.2.8
      if (this.#failures === 0) {
        this.#failures = 1;
        this.#ask(least);
        return;
      }
    }
    // Without a Call-ID the library made it up: nothing came, or nothing could be sent.
    const isAnswer = Boolean(answer.callId);
    const asked = Number(answer.getHeader('Retry-After')?.match(/^\d{1,5}/)?.[0] ?? 0) * 1_000;
    const { firstWait, longestWait } = this.#timing;
    const wait = Math.min(Math.max(firstWait * 2 ** this.#failures, asked), longestWait);
    this.#failures += 1;
    const { log } = this.#options.listener;
    log.warn({ code: 'registrationFailed', status: answer.statusCode, wait }, 'sip registration of ours');
    this.#enter(isAnswer ? 'refused' : 'unreachable');
    this.#stopTimer = this.#options.listener.after(wait, () => this.#ask(this.#expires));
  }

  #enter(state: RegistrationState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) {
      try {
        listener(state);
      } catch (error) {
        this.#fault(error);
      }
    }
  }
}
