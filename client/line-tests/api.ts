import { z } from 'zod';
import type { SiteId } from '../../server/protocol/ids.ts';
import {
  type LineTest,
  lineTestSchema,
  type StartedTest,
  startedTestSchema,
} from '../../server/protocol/line-tests.ts';
import { callApi } from '../session/api.ts';

const testsSchema = z.object({ tests: z.array(lineTestSchema) });

/**
 * Whose tests: those of this site's own computer, of who holds a link, or a site's as the centre sees them. Each call throws
 * `Refused`.
 */
export type Whose = OwnLine | { siteId: SiteId };
/** Tried from this very browser. */
export type OwnLine = 'own' | { token: string };

/** Who holds a link is told of what he tries, and of nothing before. */
export async function listLineTests(whose: Whose): Promise<LineTest[]> {
  if (isByLink(whose)) return [];
  return (await callApi({ path: pathOf(whose), answer: testsSchema })).tests;
}

export function startOwnTest(whose: OwnLine): Promise<StartedTest> {
  const body = isByLink(whose) ? { body: whose } : {};
  return callApi({ method: 'POST', path: pathOf(whose), ...body, answer: startedTestSchema });
}

/** By a call to the site's codec. */
export function startTestCall(siteId: SiteId): Promise<LineTest> {
  return callApi({ method: 'POST', path: pathOf({ siteId }), answer: lineTestSchema });
}

export function readLineTest(whose: Whose, testId: string): Promise<LineTest> {
  const path = onePathOf(whose, testId);
  // A link's token stands in no address, which logs would keep.
  return callApi({
    ...(isByLink(whose) ? { method: 'POST' as const, body: whose } : {}),
    path,
    answer: lineTestSchema,
  });
}

export async function stopLineTest(whose: Whose, testId: string): Promise<void> {
  const path = onePathOf(whose, testId);
  if (isByLink(whose)) await callApi({ method: 'POST', path: `${path}/stop`, body: whose, answer: z.unknown() });
  else await callApi({ method: 'DELETE', path, answer: z.unknown() });
}

function isByLink(whose: Whose): whose is { token: string } {
  return whose !== 'own' && 'token' in whose;
}

function pathOf(whose: Whose): string {
  if (whose === 'own') return '/site/line-tests';
  return isByLink(whose) ? '/link/line-tests' : `/sites/${encodeURIComponent(whose.siteId)}/line-tests`;
}

function onePathOf(whose: Whose, testId: string): string {
  const below = whose === 'own' ? '/site' : isByLink(whose) ? '/link' : '';
  return `${below}/line-tests/${encodeURIComponent(testId)}`;
}
