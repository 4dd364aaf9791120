import { createHash } from 'node:crypto';
import { canonical } from '../../accounts/audit-chain.ts';
import { apiSiteSchema } from '../../protocol/api.ts';
import { type SaveSite, type Site, saveSiteSchema } from '../../protocol/http.ts';
import { Refused } from '../../protocol/refusals.ts';
import type { ApiParts } from '../ports.ts';
import type { Answer } from './answers.ts';
import { requireTag } from './etags.ts';
import type { Handlers } from './handlers.ts';
import { Explained, parseSent } from './problems.ts';

type SiteOperations = 'addSite' | 'readSite' | 'replaceSite' | 'changeSite' | 'removeSite';

/**
 * Single sites of the directory (REG-15), by the rules of the desk. How a codec is reached is written here but never read:
 * therefore it stays unless a request speaks of it.
 */
export function answerSites({ directory, logger }: ApiParts): Pick<Handlers, SiteOperations> {
  const note = (username: string, site: string, what: string) => logger.info({ username, site }, what);
  return {
    addSite: ({ program, body, requestId }) =>
      explained(async () => {
        const there = (await directory.list()).find(({ siteId }) => siteId === body.siteId);
        // Added by this very request, which comes again after a crash.
        if (there && requestId !== undefined && isAs(there, body)) return tagged(there, 201);
        const site = await directory.add(body, program.by);
        note(program.by.username, site.siteId, 'a site was added');
        return tagged(site, 201);
      }),
    readSite: ({ siteId }) =>
      explained(async () => {
        const found = (await directory.list()).find((site) => site.siteId === siteId);
        if (!found) throw new Refused('siteUnknown', siteId);
        return tagged(found);
      }),
    replaceSite: ({ program, siteId, body, ifMatch }) =>
      explained(async () => {
        const replace = (site: Site): SaveSite => {
          requireTag(etagOf(site), ifMatch, siteId);
          const { sip } = savedOf(site);
          return sip && !body.sip ? { ...body, sip } : body;
        };
        const site = await directory.change(siteId, replace, program.by);
        note(program.by.username, siteId, 'a site was changed');
        return tagged(site);
      }),
    changeSite: ({ program, siteId, body, ifMatch }) =>
      explained(async () => {
        const merge = (site: Site): SaveSite => {
          requireTag(etagOf(site), ifMatch, siteId);
          const merged = Object.entries({ ...savedOf(site), ...body }).filter(([, value]) => value !== null);
          return parseSent(saveSiteSchema, Object.fromEntries(merged));
        };
        const site = await directory.change(siteId, merge, program.by);
        note(program.by.username, siteId, 'a site was changed');
        return tagged(site);
      }),
    removeSite: ({ program, siteId }) =>
      explained(async () => {
        await directory.remove(siteId, program.by);
        note(program.by.username, siteId, 'a site was removed');
        return { status: 200, body: {} };
      }),
  };
}

/** As it would be saved again. */
function savedOf({ siteId: _id, registered: _live, sip, ...rest }: Site): SaveSite {
  if (!sip) return rest;
  const { hasPassword: _has, ...known } = sip;
  return { ...rest, sip: known };
}

/** Its password is known to nobody. */
function isAs(site: Site, { siteId: _id, sip, ...wanted }: SaveSite): boolean {
  const { password: _secret, ...known } = sip ?? {};
  return canonical(savedOf(site)) === canonical({ ...wanted, ...(sip ? { sip: known } : {}) });
}

/** Strong (RFC 9110 8.8.1): another one after each change. Whether its codec is registered now is none. */
function etagOf({ registered: _live, ...site }: Site): string {
  return `"${createHash('sha256').update(canonical(site)).digest('base64url').slice(0, 22)}"`;
}

function tagged(site: Site, status: 200 | 201 = 200): Answer {
  return { status, body: apiSiteSchema.parse(site), etag: etagOf(site) };
}

const FIELDS: Record<string, string> = {
  siteUnknown: 'siteId',
  siteExists: 'siteId',
  accountTaken: 'sip.account',
  organisationUnknown: 'line.carrierId',
};

/** Refuses with the field of a site: elsewhere the same codes are of a booking's. */
async function explained(perform: () => Promise<Answer>): Promise<Answer> {
  try {
    return await perform();
  } catch (error) {
    if (!(error instanceof Refused) || error instanceof Explained) throw error;
    const { code, detail } = error.refusal;
    const field = FIELDS[code];
    if (field === undefined) throw error;
    const rule = code === 'siteExists' || code === 'accountTaken' ? 'unique' : 'in the directory';
    throw new Explained(code, detail, { faults: [{ field, rule }] });
  }
}
