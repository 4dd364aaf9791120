import { expect, test } from 'vitest';
import { failed, NOTHING_ENTERED, type PinEntry, press } from '../../../gateway/legs/pin-entry.ts';

function type(keys: string, from: PinEntry = NOTHING_ENTERED) {
  let entry = from;
  const submitted: string[] = [];
  for (const key of keys) {
    const pressed = press(entry, key);
    entry = pressed.entry;
    if (pressed.submitted !== undefined) submitted.push(pressed.submitted);
  }
  return { entry, submitted };
}

test('six digits are submitted without more ado, fewer by #', () => {
  expect(type('123456').submitted).toEqual(['123456']);
  expect(type('12#').submitted).toEqual(['12']);
  expect(type('#').submitted).toEqual([]);
});

test('* begins anew, other keys are nothing', () => {
  expect(type('12*345678').submitted).toEqual(['345678']);
  expect(type('1A2').entry.digits).toBe('12');
});

test('a wrong one is counted and the next begins empty', () => {
  const { entry } = type('111111');
  expect(failed(entry)).toEqual({ digits: '', failures: 1 });
  expect(failed(type('22', failed(entry)).entry).failures).toBe(2);
});
