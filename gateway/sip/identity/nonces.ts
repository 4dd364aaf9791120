/**
 * Nonces that need no memory until they are used (RFC 7616 §3.3): each carries its time and a seal over it and over the address it
 * was made for, so that a flood of unproven requests leaves nothing behind. Only a proven use is remembered, to refuse its replay.
 * Pure: time and random octets are inputs.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface NoncesOptions {
  /** Random, for the life of the process; with the next one every nonce is stale, which a client answers by itself. */
  secret: Buffer;
  lifetimeMs?: number;
  /** Used nonces that are remembered for each account. */
  perAccount?: number;
}

export interface Nonces {
  /** `random`: 12 fresh octets. */
  issue(ip: string, now: number, random: Buffer): string;
  /** Ours, for this address, and not too old. */
  isFresh(nonce: string, ip: string, now: number): boolean;
  /**
   * Notes a use that has been proven by the account's password. False for a replay: the count has to rise with each request
   * (§3.4.5). Without a count (RFC 2069) a nonce serves once.
   */
  use(account: string, nonce: string, count: number | undefined, now: number): boolean;
  /** How many used nonces are remembered. */
  readonly size: number;
}

interface Use {
  highest: number;
  issuedAt: number;
}

const octets = { time: 6, random: 12, seal: 16 } as const;
const bodyOctets = octets.time + octets.random;

export function createNonces({ secret, lifetimeMs = 300_000, perAccount = 64 }: NoncesOptions): Nonces {
  const used = new Map<string, { uses: Map<string, Use>; forgottenUntil: number }>();

  const sealOf = (body: Buffer, ip: string) =>
    createHmac('sha256', secret).update(body).update(ip).digest().subarray(0, octets.seal);

  function forgetExpired(now: number): void {
    for (const [account, { uses, forgottenUntil }] of used) {
      for (const [nonce, { issuedAt }] of uses) if (issuedAt + lifetimeMs < now) uses.delete(nonce);
      if (uses.size === 0 && forgottenUntil + lifetimeMs < now) used.delete(account);
    }
  }

  return {
    issue(ip, now, random) {
      const body = Buffer.alloc(bodyOctets);
      body.writeUIntBE(now, 0, octets.time);
      random.copy(body, octets.time, 0, octets.random);
      return Buffer.concat([body, sealOf(body, ip)]).toString('base64url');
    },
    isFresh(nonce, ip, now) {
      const bytes = Buffer.from(nonce, 'base64url');
      if (bytes.length !== bodyOctets + octets.seal || bytes.toString('base64url') !== nonce) return false;
      const body = bytes.subarray(0, bodyOctets);
      const issuedAt = issueTime(nonce);
      return (
        timingSafeEqual(bytes.subarray(bodyOctets), sealOf(body, ip)) && issuedAt <= now && now <= issuedAt + lifetimeMs
      );
    },
    use(account, nonce, count, now) {
      forgetExpired(now);
      const own = used.get(account) ?? { uses: new Map<string, Use>(), forgottenUntil: 0 };
      used.set(account, own);
      const issuedAt = issueTime(nonce);
      // What is no longer remembered can no longer be told from a replay.
      if (issuedAt <= own.forgottenUntil) return false;
      const highest = own.uses.get(nonce)?.highest ?? 0;
      const asked = count ?? Number.POSITIVE_INFINITY;
      if (asked <= highest || highest === Number.POSITIVE_INFINITY) return false;
      own.uses.set(nonce, { highest: asked, issuedAt });
      if (own.uses.size > perAccount) forgetOldest(own);
      return true;
    },
    get size() {
      return [...used.values()].reduce((sum, { uses }) => sum + uses.size, 0);
    },
  };
}

const issueTime = (nonce: string): number => Buffer.from(nonce, 'base64url').readUIntBE(0, octets.time);

function forgetOldest(own: { uses: Map<string, Use>; forgottenUntil: number }): void {
  own.forgottenUntil = Math.min(...[...own.uses.values()].map(({ issuedAt }) => issuedAt));
  for (const [nonce, { issuedAt }] of own.uses) if (issuedAt <= own.forgottenUntil) own.uses.delete(nonce);
}
