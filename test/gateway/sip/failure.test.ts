import { expect, it } from 'vitest';
import { failureCode } from '../../../gateway/sip/failure.ts';

it.each([
  [486, true, 'busy'],
  [603, true, 'declined'],
  [404, true, 'notFound'],
  [408, true, 'noAnswer'],
  [408, false, 'unreachable'],
  [503, false, 'unreachable'],
  [302, true, 'redirected'],
  [407, true, 'authenticationRequired'],
  [488, true, 'notAcceptable'],
  [499, true, 'refused'],
])('%i, received: %s, is %s', (status, received, code) => {
  expect(failureCode(status, received)).toBe(code);
});
