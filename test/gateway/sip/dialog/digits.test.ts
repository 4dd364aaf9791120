import { expect, it } from 'vitest';
import { readDigit } from '../../../../gateway/sip/dialog/digits.ts';

it.each([
  ['application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n', '5'],
  ['application/dtmf-relay', 'Signal= *\r\nDuration= 250\r\n', '*'],
  ['Application/DTMF-Relay; charset=utf-8', 'signal=#', '#'],
  ['application/dtmf-relay', 'Duration=100\r\nSignal=d\r\n', 'D'],
  ['application/dtmf-relay', 'Signal=11\r\n', '#'],
  ['application/dtmf', '7', '7'],
  ['application/dtmf', ' a\r\n', 'A'],
  ['application/dtmf', 'Signal=3', '3'],
  ['application/dtmf', '10', '*'],
])('%s %j is %s', (type, body, digit) => {
  expect(readDigit(type, body)).toBe(digit);
});

it.each([
  ['application/dtmf-relay', 'Signal=16\r\n'],
  ['application/dtmf-relay', 'Signal=\r\nDuration=5'],
  ['application/dtmf-relay', ''],
  ['application/dtmf', '55 5'],
  ['application/dtmf', 'E'],
  ['text/plain', '5'],
  [undefined, '5'],
])('%s %j is none', (type, body) => {
  expect(readDigit(type, body)).toBeUndefined();
});
