import type { Logger } from 'pino';
import { withinNetworks } from '../server/protocol/networks.ts';
import { Refused } from '../server/protocol/refusals.ts';
import { MAX_BANS_REPORTED } from '../server/protocol/wire.ts';
import type { Control } from './session/control.ts';
import type { Authorisation, Binding, CallRequest, RefusedAttempt, SipEdge, SipHooks } from './sip/index.ts';

/** Between two looks at who is banned and what has not been told, in milliseconds. */
const TELL_INTERVAL_MS = 5_000;

/**
 * What the SIP edge asks of the centre and tells it: accounts, registrations, bans, and attempts that it refused by itself
 * (REG-12). What is said while the server is away is said again when it is back.
 */
export class FrontDoor {
  readonly hooks: SipHooks;
  readonly #control: Control;
  readonly #logger: Logger;
  /** Not yet told: the latest bindings of each account. */
  readonly #unsaid = new Map<string, Binding[]>();
  #isTrusted: (ip: string) => boolean = () => false;
  #timer: NodeJS.Timeout | undefined;
  #toldBans = '[]';
  #restored = false;

  constructor(control: Control, logger: Logger) {
    this.#control = control;
    this.#logger = logger;
    this.hooks = {
      log: logger,
      authorise: (request) => this.#authorise(request),
      account: async (user) => {
        const account = await control.sipAccount(user.slice(0, 128));
        return account && { user, ha1: account.ha1 };
      },
      registrationsChanged: (account, bindings) => {
        this.#unsaid.set(account, bindings);
        void this.#tell();
      },
      refusedAttempt: (attempt) => void this.#record(attempt),
      isTrusted: (ip) => this.#isTrusted(ip),
    };
    control.onTrusted((networks) => {
      this.#isTrusted = withinNetworks(networks);
    });
  }

  /** From now on until `close` the edge's registrations and bans are the centre's knowledge. */
  attach(edge: SipEdge): void {
    this.#control.onConnected(() => void this.#connected(edge));
    this.#control.onUnban((ip) => edge.unban(ip));
    this.#timer = setInterval(() => {
      void this.#tell();
      void this.#tellBans(edge);
    }, TELL_INTERVAL_MS);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Whoever names an account has to prove it; of everyone else the server knows whether it knows him. */
  async #authorise({ identity, from }: CallRequest): Promise<Authorisation> {
    if (identity.account !== undefined) return 'accept';
    const user = /^sips?:([^@;:]+)[@:]/i.exec(from)?.[1] ?? '';
    try {
      return (await this.#control.sipAccount(user.slice(0, 128))) ? 'challenge' : 'accept';
    } catch (error) {
      this.#logger.warn({ err: error }, 'caller not looked up');
      return { status: 503, reason: 'Service Unavailable' };
    }
  }

  async #connected(edge: SipEdge): Promise<void> {
    try {
      if (!this.#restored) {
        edge.registrar.restore(await this.#control.registrations());
        this.#restored = true;
      }
    } catch (error) {
      this.#logger.warn({ err: error }, 'registrations not restored');
    }
    this.#toldBans = '';
    await this.#tell();
    await this.#tellBans(edge);
  }

  async #tell(): Promise<void> {
    for (const [account, bindings] of this.#unsaid) {
      try {
        await this.#control.reportRegistrations({ account, bindings });
      } catch (error) {
        if (!(error instanceof Refused) || error.refusal.category !== 'input') {
          this.#logger.debug({ err: error }, 'registration waits for the server');
          return;
        }
        // It will not be taken next time either, and must not hold up the others.
        this.#logger.warn({ account, err: error }, 'registration not taken');
      }
      if (this.#unsaid.get(account) === bindings) this.#unsaid.delete(account);
    }
  }

  async #tellBans({ bans }: SipEdge): Promise<void> {
    const standing = JSON.stringify(bans);
    if (standing === this.#toldBans) return;
    try {
      await this.#control.reportBans({ bans: bans.slice(0, MAX_BANS_REPORTED) });
      this.#toldBans = standing;
    } catch (error) {
      this.#logger.debug({ err: error }, 'bans wait for the server');
    }
  }

  async #record({ kind, source, from, target }: RefusedAttempt): Promise<void> {
    const attempt = { kind, source, from: from.slice(0, 256), target: target.slice(0, 256) };
    await this.#control
      .recordAttempt(attempt)
      .catch((error: unknown) => this.#logger.warn({ err: error, ...attempt }, 'attempt not recorded'));
  }
}
