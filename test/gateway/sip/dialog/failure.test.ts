import { expect, it } from 'vitest';
import { failureCode } from '../../../../gateway/sip/dialog/failure.ts';

it.each([
  ['busy', [486, 600]],
  ['noAnswer', [408, 480]],
  ['unreachable', [482, 483, 502, 503, 504]],
  ['declined', [603, 607]],
  ['forbidden', [403]],
  ['notFound', [404, 410, 416, 484, 485, 604]],
  ['notAcceptable', [406, 415, 488, 580, 606]],
  ['authenticationRequired', [401, 407]],
  ['redirected', [300, 302, 305, 380]],
  ['refused', [400, 420, 481, 487, 500, 501, 699]],
])('%s: %j', (code, statuses) => {
  expect(statuses.map((status) => failureCode(status, true))).toEqual(statuses.map(() => code));
});

it('knows what came from nobody: a timeout, a refused connection, a name that does not exist', () => {
  expect([failureCode(408, false), failureCode(503, false)]).toEqual(['unreachable', 'unreachable']);
});

it.each([
  [480, 17, 'busy'],
  [480, 19, 'noAnswer'],
  [480, 20, 'unavailable'],
  [503, 1, 'notFound'],
  [500, 21, 'declined'],
  [503, 88, 'notAcceptable'],
  [480, 127, 'noAnswer'],
  [486, 19, 'busy'],
  [603, 19, 'declined'],
])('%i with the Q.850 cause %i is %s', (status, value, code) => {
  expect(failureCode(status, true, { protocol: 'Q.850', value })).toBe(code);
});

it('takes a cause that is no Q.850 one for words only', () => {
  expect(failureCode(480, true, { protocol: 'SIP', value: 17 })).toBe('noAnswer');
});
