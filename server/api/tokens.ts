import { randomBytes } from 'node:crypto';
import { Router } from 'express';
import type { StoredToken } from '../accounts/program-ports.ts';
import { type IssuedToken, issueTokenSchema, type TokenSummary } from '../protocol/programs.ts';
import { parse, Refused } from '../protocol/refusals.ts';
import type { ApiParts } from './ports.ts';
import { freshId, hashToken, type Sessions } from './sessions.ts';

const DAY_MS = 24 * 3600_000;
/** By which a token is known where it should not be (logs, repositories). */
const PREFIX = 'rostrum_';

/** Access tokens for programs, given out and taken back by administrators; each is shown once. */
export function routeTokens(parts: ApiParts, sessions: Sessions): Router {
  const { tokens, organisations, now } = parts;
  const router = Router();

  async function requireUnit(hostUnit: string): Promise<void> {
    const units = (await organisations.list()).filter(({ kind }) => kind === 'hostUnit');
    if (!units.some(({ organisationId }) => organisationId === hostUnit)) {
      throw new Refused('organisationUnknown', hostUnit);
    }
  }

  router.get('/tokens', async (request, response) => {
    await sessions.require(request, 'managePrograms');
    response.json({ tokens: (await tokens.list()).map(summarise) });
  });

  router.post('/tokens', async (request, response) => {
    const { by, note } = await sessions.require(request, 'managePrograms');
    const { validDays, ...wanted } = parse(issueTokenSchema, request.body);
    if (wanted.hostUnit !== undefined) await requireUnit(wanted.hostUnit);
    const token = `${PREFIX}${randomBytes(32).toString('base64url')}`;
    const times = { issuedAt: now(), expiresAt: now() + validDays * DAY_MS };
    const stored = { tokenId: freshId(), tokenHash: hashToken(token), ...wanted, ...times, issuedBy: by.username };
    const { scopes, hostUnit } = wanted;
    const detail = { scopes: scopes.join(', '), expires: new Date(times.expiresAt).toISOString() };
    const result = await tokens.add(
      stored,
      note('tokenIssued', wanted.name, { ...detail, ...(hostUnit === undefined ? {} : { hostUnit }) }),
    );
    if (result !== 'saved') throw new Refused(result, wanted.name);
    parts.logger.info({ username: by.username, token: wanted.name }, 'an access token was given out');
    response.status(201).json({ ...summarise(stored), token } satisfies IssuedToken);
  });

  router.delete('/tokens/:id', async (request, response) => {
    const { by, note } = await sessions.require(request, 'managePrograms');
    const { id } = request.params;
    const name = await tokens.revoke(id, now(), (named) => note('tokenRevoked', named));
    if (name === undefined) throw new Refused('tokenUnknown', id);
    parts.logger.info({ username: by.username, token: name }, 'an access token was revoked');
    response.json({});
  });
  return router;
}

export function summarise({ tokenHash: _hash, ...summary }: StoredToken): TokenSummary {
  return summary;
}
