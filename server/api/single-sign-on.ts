import { Router } from 'express';
import * as oidc from 'openid-client';
import { z } from 'zod';
import type { Account } from '../accounts/ports.ts';
import { rolesOfClaims, type SingleSignOn, usernameOfClaim } from '../accounts/role-claims.ts';
import type { AccountRole, SignInWays } from '../protocol/accounts.ts';
import type { AuditEntry } from '../protocol/audit.ts';
import { type RefusalCode, Refused } from '../protocol/refusals.ts';
import { cookieOf } from './cookies.ts';
import { newAccount } from './operator-account.ts';
import { originOf } from './origin.ts';
import type { ApiParts } from './ports.ts';
import type { Seal } from './sealing.ts';
import type { Sessions } from './sessions.ts';

/** Lax: the province's page leads back here from another site. */
const COOKIE = '__Host-rostrum-sign-on';
const UNDER_WAY_MS = 10 * 60_000;
const COOKIE_OPTIONS = { httpOnly: true, secure: true, sameSite: 'lax', path: '/' } as const;
const BACK = '/api/single-sign-on/back';
const SCOPE = 'openid profile email';

/** What is kept of a sign-in under way: by the browser, sealed. */
const underWaySchema = z.object({ state: z.string(), nonce: z.string(), verifier: z.string(), until: z.number() });
interface Known {
  subject: string;
  name: string;
  username: string;
  roles: AccountRole[];
}

/** The authorization code flow with PKCE (OpenID Connect Core 1.0 3.1, RFC 7636). */
export function routeSingleSignOn(parts: ApiParts, { sessions, seal }: { sessions: Sessions; seal: Seal }): Router {
  const { singleSignOn, logger, now } = parts;
  const router = Router();
  router.get('/sign-in', (_request, response) => {
    response.json({ singleSignOn: singleSignOn !== undefined } satisfies SignInWays);
  });
  if (!singleSignOn) return router;
  const provider = new Provider(singleSignOn);

  router.get('/single-sign-on', async (request, response) => {
    try {
      const { url, ...underWay } = await provider.begin(`${originOf(request, parts.publicUrl)}${BACK}`);
      const sealed = seal.close(JSON.stringify({ ...underWay, until: now() + UNDER_WAY_MS }), COOKIE);
      response.cookie(COOKIE, sealed, { ...COOKIE_OPTIONS, maxAge: UNDER_WAY_MS });
      response.redirect(url.href);
    } catch (error) {
      logger.error({ reason: reasonOf(error) }, 'the single sign-on cannot be reached');
      response.redirect(refusedAt('singleSignOnFailed'));
    }
  });

  router.get('/single-sign-on/back', async (request, response) => {
    response.clearCookie(COOKIE, COOKIE_OPTIONS);
    try {
      const underWay = openUnderWay(seal, cookieOf(request, COOKIE), now());
      const url = new URL(request.originalUrl, originOf(request, parts.publicUrl));
      const known = await provider.finish(url, underWay);
      const account = await admit(parts, known, (about) => sessions.noteOf(request, 'system', 'accountAdded', about));
      await sessions.open(request, response, account, 'singleSignOn');
      response.redirect('/');
    } catch (error) {
      const code = error instanceof Refused ? error.refusal.code : 'singleSignOnFailed';
      logger.warn({ reason: reasonOf(error) }, 'a single sign-on failed');
      response.redirect(refusedAt(code));
    }
  });
  return router;
}

/** The account of whom the province knows: made at the first time, with the roles that the province gives now. */
async function admit(parts: ApiParts, known: Known, added: (about: string) => AuditEntry): Promise<Account> {
  const { accounts, now } = parts;
  const { subject, name, roles } = known;
  if (roles.length === 0) throw new Refused('singleSignOnFailed', 'roles');
  const before = await accounts.findBySubject(subject);
  if (!before) {
    const username = await freeName(parts, known.username);
    const account = {
      ...newAccount(username, now()),
      name,
      roles,
      passwordHash: '',
      oneTime: false,
      ssoSubject: subject,
    };
    const note = { ...added(username), detail: { roles: roles.join(', '), singleSignOn: true } };
    if ((await accounts.add(account, note)) !== 'saved') throw new Refused('retry');
    return account;
  }
  if (before.disabledAt !== undefined) throw new Refused('accountDisabled');
  const isSame = before.name === name && before.roles.join() === roles.join();
  if (isSame) return before;
  const note: AuditEntry = {
    ...added(before.username),
    act: 'accountChanged',
    detail: { name, roles: roles.join(', ') },
  };
  const result = await accounts.change(before.username, { name, roles }, now(), { note, endSessions: true });
  if (result !== 'saved') throw new Refused(result, before.username);
  await parts.reviewStanding((ticket) => ticket.session !== undefined);
  return { ...before, name, roles };
}

/** Whoever has the name already here is somebody else: nobody becomes him by being called the same elsewhere. */
async function freeName({ accounts }: ApiParts, wanted: string): Promise<string> {
  const base = wanted || 'user';
  for (let n = 1; ; n += 1) {
    const name = n === 1 ? base : `${base}-${n}`;
    if (!(await accounts.find(name))) return name;
  }
}

class Provider {
  readonly #settings: SingleSignOn;
  #configuration: Promise<oidc.Configuration> | undefined;

  constructor(settings: SingleSignOn) {
    this.#settings = settings;
  }

  async begin(redirectUri: string): Promise<{ url: URL; state: string; nonce: string; verifier: string }> {
    const verifier = oidc.randomPKCECodeVerifier();
    const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
    const url = oidc.buildAuthorizationUrl(await this.#discover(), {
      ...{ redirect_uri: redirectUri, scope: SCOPE, state, nonce },
      ...{ code_challenge: await oidc.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
    });
    return { url, state, nonce, verifier };
  }

  async finish(url: URL, { state, nonce, verifier }: z.infer<typeof underWaySchema>): Promise<Known> {
    const configuration = await this.#discover();
    const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true };
    const tokens = await oidc.authorizationCodeGrant(configuration, url, checks);
    const claims = tokens.claims();
    if (!claims) throw new Refused('singleSignOnFailed');
    // Many providers put roles and names there alone.
    const told = await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub);
    const all: Record<string, unknown> = { ...claims, ...told };
    const text = (key: string) => (typeof all[key] === 'string' ? all[key] : '');
    const username = usernameOfClaim(text('preferred_username') || text('email') || claims.sub);
    const roles = rolesOfClaims(all, this.#settings.roleClaim, this.#settings.roles);
    return { subject: `${claims.iss} ${claims.sub}`, name: (text('name') || username).slice(0, 120), username, roles };
  }

  /** Once; again after it failed. */
  #discover(): Promise<oidc.Configuration> {
    const { issuer, clientId, clientSecret } = this.#settings;
    const options = issuer.protocol === 'http:' ? { execute: [oidc.allowInsecureRequests] } : {};
    this.#configuration ??= oidc.discovery(issuer, clientId, clientSecret, undefined, options).catch((error) => {
      this.#configuration = undefined;
      throw error;
    });
    return this.#configuration;
  }
}

function openUnderWay(seal: Seal, sealed: string | undefined, now: number): z.infer<typeof underWaySchema> {
  if (sealed === undefined) throw new Refused('singleSignOnFailed');
  const underWay = underWaySchema.parse(JSON.parse(seal.open(sealed, COOKIE)));
  if (underWay.until <= now) throw new Refused('singleSignOnFailed');
  return underWay;
}

/** Its sentence alone: what else hangs on such an error may be the provider's answer, with tokens in it. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The desk says it: a person looks at this answer. */
function refusedAt(code: RefusalCode): string {
  return `/?refused=${code}`;
}
