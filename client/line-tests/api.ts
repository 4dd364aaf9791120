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

/** Whose tests: those of this site's own computer, or a site's as the centre sees them. Each call throws `Refused`. */
export type Whose = 'own' | { siteId: SiteId };

export async function listLineTests(whose: Whose): Promise<LineTest[]> {
  return (await callApi({ path: pathOf(whose), answer: testsSchema })).tests;
}

/** One's own, from this very browser. */
export function startOwnTest(): Promise<StartedTest> {
  return callApi({ method: 'POST', path: pathOf('own'), answer: startedTestSchema });
}

/** By a call to the site's codec. */
export function startTestCall(siteId: SiteId): Promise<LineTest> {
  return callApi({ method: 'POST', path: pathOf({ siteId }), answer: lineTestSchema });
}

export function readLineTest(whose: Whose, testId: string): Promise<LineTest> {
  return callApi({ path: onePathOf(whose, testId), answer: lineTestSchema });
}

export async function stopLineTest(whose: Whose, testId: string): Promise<void> {
  await callApi({ method: 'DELETE', path: onePathOf(whose, testId), answer: z.unknown() });
}

function pathOf(whose: Whose): string {
  return whose === 'own' ? '/site/line-tests' : `/sites/${encodeURIComponent(whose.siteId)}/line-tests`;
}

function onePathOf(whose: Whose, testId: string): string {
  return `${whose === 'own' ? '/site' : ''}/line-tests/${encodeURIComponent(testId)}`;
}
