import type { ApiParts } from '../ports.ts';
import type { Answer } from './answers.ts';
import { answerBookings } from './bookings.ts';
import { answerLists } from './lists.ts';
import type { BodyOf, OperationId, QueryOf } from './operations.ts';
import type { Program } from './programs.ts';
import { answerSites } from './sites.ts';

/** What a program calls; the description is served to everyone. */
export type Handled = Exclude<OperationId, 'describe'>;

/** An operation that is called, with all of it parsed. */
export interface Call<Id extends Handled> {
  program: Program;
  query: QueryOf<Id>;
  body: BodyOf<Id>;
  /** Of the path; '' where it has none. */
  bookingId: string;
  siteId: string;
  /** What If-Match said; '' where it is not wanted. */
  ifMatch: string;
  /** What came as a file. */
  file: Buffer | undefined;
  /** Names this very request, where it has an Idempotency-Key. */
  requestId: string | undefined;
}

export type Handlers = { readonly [Id in Handled]: (call: Call<Id>) => Promise<Answer> };

/** What each operation does; one that is missing does not compile. */
export function handlersOf(parts: ApiParts): Handlers {
  return { ...answerBookings(parts), ...answerLists(parts), ...answerSites(parts) };
}
