import { expect, it } from 'vitest';
import { readCause } from '../../../../gateway/sip/dialog/reason.ts';

const read = (...values: string[]) => readCause({ getHeaders: (name) => (name === 'Reason' ? values : []) });

it('reads protocol, cause and text (RFC 3326)', () => {
  expect(read('Q.850;cause=16;text="Terminated"')).toEqual({ protocol: 'Q.850', value: 16, text: 'Terminated' });
  expect(read('SIP ; cause=200 ; text="Call completed elsewhere"')).toEqual({
    protocol: 'SIP',
    value: 200,
    text: 'Call completed elsewhere',
  });
  expect(read('q.850; text=busy; cause="17"')).toEqual({ protocol: 'Q.850', value: 17, text: 'busy' });
  expect(read('Q.850;cause=16')).toEqual({ protocol: 'Q.850', value: 16 });
});

it('prefers Q.850 among several, in one header or in two', () => {
  expect(read('SIP;cause=480;text="a, b"', 'Q.850;cause=19')).toEqual({ protocol: 'Q.850', value: 19 });
  expect(read('SIP;cause=480;text="a, \\"b\\"", Q.850;cause=19')).toEqual({ protocol: 'Q.850', value: 19 });
  expect(read('SIP;cause=480;text="a, \\"b\\""')).toMatchObject({ text: 'a, "b"' });
});

it('finds nothing in nothing and in nonsense', () => {
  expect(read()).toBeUndefined();
  expect(read('', ';cause=1', 'Q.850;cause=many', '"', 'Q.850')).toBeUndefined();
});
