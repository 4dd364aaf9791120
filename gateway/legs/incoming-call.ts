import type { Logger } from 'pino';
import { type RefusalCode, Refused } from '../../server/protocol/refusals.ts';
import type { Admitted, Control } from '../session/control.ts';
import type { IncomingDialog } from '../sip/index.ts';
import type { Leg } from './leg.ts';
import { failed, MAX_FAILURES, NOTHING_ENTERED, PIN_LENGTH, type PinEntry, press } from './pin-entry.ts';
import type { Prompt } from './prompts.ts';

/** Whoever has not entered a PIN by then is not going to. */
const PIN_WITHIN_MS = 90_000;
/** Said again when nothing was pressed for so long. */
const REMIND_MS = 12_000;

/** What of a leg it takes to ask its caller. */
type Asked = Pick<Leg, 'play' | 'onDigit' | 'isOver'>;

/** What a caller says of himself and what is proven of him. */
export function callerOf({ remote, target }: IncomingDialog): Parameters<Control['admitCall']>[0] {
  const { source, identity, displayName, contact, uri } = remote;
  return {
    target: target.slice(0, 128),
    from: uri.slice(0, 256),
    source,
    ...(contact ? { contact: contact.slice(0, 256) } : {}),
    ...(displayName ? { displayName: displayName.slice(0, 120) } : {}),
    ...(identity?.account ? { account: identity.account } : {}),
    ...(identity?.certificate ? { certificate: identity.certificate.fingerprint256 } : {}),
  };
}

/**
 * How a refusal is said in SIP: 403 whatever the reason, so that nobody learns which rooms there are; trouble of ours 503
 * (RFC 3261 21.4.4, 21.5.4).
 */
export function refusalStatus(error: unknown): [status: number, reason: string] {
  if (!(error instanceof Refused) || error.refusal.category === 'server') return [503, 'Service Unavailable'];
  return [403, 'Forbidden'];
}

/**
 * Asks an unknown caller for the meeting's PIN, by voice and keys (RFC 4733, or INFO). Resolves with its admission, or with
 * nothing when the call is to be over; whoever tried has been told why.
 */
export async function askForPin(
  leg: Asked,
  admit: (pin: string) => Promise<Admitted>,
  logger: Logger,
): Promise<Admitted | null> {
  let entry: PinEntry = NOTHING_ENTERED;
  const keys = new Keys(leg);
  try {
    const until = Date.now() + PIN_WITHIN_MS;
    void leg.play('enterPin');
    while (Date.now() < until && !leg.isOver) {
      const key = await keys.next(REMIND_MS);
      if (key === null) {
        void leg.play('enterPin');
        continue;
      }
      const pressed = press(entry, key);
      entry = pressed.entry;
      if (pressed.submitted === undefined) continue;
      const answer = await check(pressed.submitted, admit);
      if (typeof answer !== 'string') return answer;
      logger.info({ code: answer }, 'PIN refused');
      entry = failed(entry);
      const goodbye = goodbyeFor(answer, entry);
      if (goodbye) {
        await leg.play(goodbye);
        return null;
      }
      void leg.play('wrongPin');
    }
    return null;
  } finally {
    keys.close();
  }
}

/** What is said before the call is over; nothing while there may be another try. */
function goodbyeFor(refusal: RefusalCode, { failures }: PinEntry): Prompt | undefined {
  if (refusal === 'pinWrong') return failures >= MAX_FAILURES ? 'tooManyTries' : undefined;
  return refusal === 'tooManyAttempts' ? 'tooManyTries' : 'notOpen';
}

/** The admission, or why there is none. */
async function check(pin: string, admit: (pin: string) => Promise<Admitted>): Promise<Admitted | RefusalCode> {
  if (pin.length !== PIN_LENGTH) return 'pinWrong';
  try {
    return await admit(pin);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return error.refusal.code;
  }
}

/** The keys that are pressed, one at a time. */
class Keys {
  readonly #leg: Asked;
  readonly #pressed: string[] = [];
  #waiting: ((key: string | null) => void) | undefined;

  constructor(leg: Asked) {
    this.#leg = leg;
    leg.onDigit((key) => {
      if (this.#waiting) this.#waiting(key);
      else if (this.#pressed.length < 32) this.#pressed.push(key);
    });
  }

  /** Null when none came in that time. */
  next(withinMs: number): Promise<string | null> {
    const key = this.#pressed.shift();
    if (key !== undefined) return Promise.resolve(key);
    return new Promise((resolve) => {
      const settle = (value: string | null) => {
        clearTimeout(timer);
        this.#waiting = undefined;
        resolve(value);
      };
      const timer = setTimeout(() => settle(null), withinMs);
      this.#waiting = settle;
    });
  }

  close(): void {
    this.#leg.onDigit(() => undefined);
    this.#waiting?.(null);
  }
}
