import type { z } from 'zod';
import type { Problem } from '../../protocol/api.ts';
import { REFUSAL_SENTENCES } from '../../protocol/refusal-words.ts';
import { type RefusalCode, Refused } from '../../protocol/refusals.ts';
import { refusalOf, statusOfRefusal } from '../errors.ts';
import type { Language } from './description.ts';

/** Where this interface answers otherwise than the desk's. */
const STATUS: Partial<Record<RefusalCode, number>> = {
  tokenInvalid: 401,
  // RFC 6585 3, RFC 9110 13.1.1, and the draft of Idempotency-Key.
  ifMatchRequired: 428,
  etagMismatch: 412,
  keyReused: 422,
};
/** What the path of a request names: it is not there (RFC 9110 15.5.5). In a body the same code is a clash with the directory. */
const IN_PATH: Partial<Record<RefusalCode, string>> = { siteUnknown: '{siteId}' };
/** Which rule of the regulation, or of ours, a code stands for where no schema says it. */
const RULES: Partial<Record<RefusalCode, string>> = {
  bookingClash: 'REG-2',
  siteUnknown: 'in the directory',
  organisationUnknown: 'in the directory',
};
const FIELDS: Partial<Record<RefusalCode, string>> = { siteUnknown: 'siteIds', organisationUnknown: 'hostUnitId' };
/** What the rules of bookings want of a field that the schema has let pass (`faultOfBooked`). */
const FIELD_RULES: Record<string, string> = {
  preparationAt: 'startsAt - 86400000 <= preparationAt <= startsAt',
  startsAt: 'startsAt >= now',
  endsAt: 'startsAt < endsAt <= startsAt + 86400000',
  siteIds: 'unique',
  hostSiteId: 'one of siteIds',
  announcedAt: 'announcedAt <= now',
  deskId: 'one of the desks',
  repeat: 'no overlap',
  to: 'from < to <= from + 2 years',
};

/** A refusal that says more than its code. */
export class Explained extends Refused {
  readonly more: Partial<Pick<Problem, 'clashes'>> & Pick<Problem['error'], 'faults'>;

  constructor(code: RefusalCode, detail: string | undefined, more: Explained['more']) {
    super(code, detail);
    this.more = more;
  }
}

/** @param path of the operation, as the table has it */
export function statusOf(code: RefusalCode, path = ''): number {
  const named = IN_PATH[code];
  if (named !== undefined && path.includes(named)) return 404;
  return STATUS[code] ?? statusOfRefusal(code);
}

/** What was thrown, as it is answered: with the field, the rule and the remedy. */
export function problemOf(error: unknown, language: Language, path = ''): { status: number; problem: Problem } {
  const refusal = refusalOf(error);
  const { code, detail } = refusal;
  const { faults: known, ...more } = error instanceof Explained ? error.more : {};
  const faults = known ?? faultsOf(code, detail);
  const remedy = REFUSAL_SENTENCES[language][code];
  return {
    status: statusOf(code, path),
    problem: { error: { ...refusal, remedy, ...(faults ? { faults } : {}) }, ...more },
  };
}

function faultsOf(code: RefusalCode, detail = ''): Problem['error']['faults'] {
  const field = code === 'malformed' ? detail : FIELDS[code];
  const rule = code === 'malformed' ? FIELD_RULES[detail] : RULES[code];
  return field === undefined && rule === undefined ? undefined : [{ field: field ?? '', rule: rule ?? 'valid' }];
}

/** Parses what a program sent. Throws `Explained` with every field that is wrong. */
export function parseSent<S extends z.ZodType>(schema: S, input: unknown, within = ''): z.output<S> {
  const parsed = schema.safeParse(input, { reportInput: true });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.flatMap((issue) => faultsOfIssue(issue));
  throw new Explained('malformed', `${within}${faults[0]?.field ?? ''}`, { faults });
}

function faultsOfIssue(issue: z.core.$ZodIssue): { field: string; rule: string }[] {
  const path = (...more: PropertyKey[]) => [...issue.path, ...more].map(String).join('.');
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ field: path(key), rule: 'unknown' }));
  return [{ field: path(), rule: ruleOf(issue) }];
}

/** In JSON Schema's words. */
function ruleOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'required' : `type ${issue.expected}`;
    case 'too_small':
      return `${issue.inclusive ? 'minimum' : 'exclusiveMinimum'} ${issue.minimum}`;
    case 'too_big':
      return `${issue.inclusive ? 'maximum' : 'exclusiveMaximum'} ${issue.maximum}`;
    case 'invalid_format':
      return issue.pattern === undefined ? `format ${issue.format}` : `pattern ${issue.pattern}`;
    case 'invalid_value':
      return `enum ${issue.values.map(String).join(', ')}`;
    default:
      return 'valid';
  }
}
