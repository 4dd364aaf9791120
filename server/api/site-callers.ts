import type { Request, Response } from 'express';
import type { StoredDevice } from '../accounts/ports.ts';
import type { SiteId } from '../protocol/ids.ts';
import { Refused } from '../protocol/refusals.ts';
import { cookieOf } from './cookies.ts';
import type { ApiParts } from './ports.ts';
import { hashToken, ipOf, type Sessions } from './sessions.ts';

const COOKIE = '__Host-rostrum-site';
/** Renewed with each use: a computer that stood still for longer enrols anew. */
const KEPT_MS = 400 * 24 * 3600_000;
const COOKIE_OPTIONS = { httpOnly: true, secure: true, sameSite: 'strict', path: '/', maxAge: KEPT_MS } as const;
const SEEN_MS = 5 * 60_000;

/** Which site asks, and by what. */
export interface SiteCaller {
  siteId: SiteId;
  device?: string;
  session?: string;
}

/** Knows a site by its computer, or by the account of someone there. */
export class SiteCallers {
  readonly #parts: Pick<ApiParts, 'devices' | 'now'>;
  readonly #sessions: Sessions;

  constructor(parts: Pick<ApiParts, 'devices' | 'now'>, sessions: Sessions) {
    this.#parts = parts;
    this.#sessions = sessions;
  }

  /** Throws `Refused` (`notEnrolled`). */
  async identify(request: Request, response: Response): Promise<SiteCaller> {
    const { devices, now } = this.#parts;
    const token = cookieOf(request, COOKIE);
    const device = token ? await devices.find(hashToken(token)) : undefined;
    if (token && device && now() - device.lastSeenAt < KEPT_MS) {
      await this.#see(request, response, device, token);
      return { siteId: device.siteId, device: device.deviceId };
    }
    const signedIn = await this.#sessions.require(request, 'attend').catch((error: unknown) => {
      if (error instanceof Refused) throw new Refused('notEnrolled');
      throw error;
    });
    if (signedIn.account.siteId === undefined) throw new Refused('notEnrolled');
    return { siteId: signedIn.account.siteId, session: signedIn.sessionId };
  }

  async #see(request: Request, response: Response, device: StoredDevice, token: string): Promise<void> {
    const { devices, now } = this.#parts;
    if (now() - device.lastSeenAt < SEEN_MS) return;
    await devices.see(device.deviceId, { lastSeenAt: now(), ...cameBy(request) });
    keepToken(response, token);
  }
}

export function keepToken(response: Response, token: string): void {
  response.cookie(COOKIE, token, COOKIE_OPTIONS);
}

export function cameBy(request: Request): { ip: string; userAgent: string } {
  return { ip: ipOf(request), userAgent: (request.get('user-agent') ?? '').slice(0, 256) };
}
