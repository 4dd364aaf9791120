import { describe, expect, it } from 'vitest';
import { KEYS, SHEET } from '../../../../client/review/player/player-keys.ts';
import { deedOf } from '../../../../client/ui/keyboard.ts';

const press = (key: string, { shiftKey = false, singleKeys = true } = {}) =>
  deedOf(KEYS, { key, shiftKey, ctrlKey: false, metaKey: false, altKey: false }, singleKeys);

describe('the keys of the player', () => {
  it.each([
    [' ', { do: 'toggle' }],
    ['K', { do: 'toggle' }],
    ['ArrowLeft', { do: 'jump', ms: -5_000 }],
    ['.', { do: 'step', frames: 1 }],
    ['>', { do: 'rate', step: 1 }],
    ['7', { do: 'tenth', tenth: 7 }],
    ['x', null],
  ])('%s', (key, deed) => {
    expect(press(key)).toEqual(deed);
  });

  it('jump further with Shift', () => {
    expect(press('ArrowRight', { shiftKey: true })).toEqual({ do: 'jump', ms: 30_000 });
    expect(press('>', { shiftKey: true })).toEqual({ do: 'rate', step: 1 });
  });

  it('do nothing by letters where they are switched off', () => {
    expect(press('m', { singleKeys: false })).toBeNull();
    expect(press('?', { singleKeys: false })).toEqual({ do: 'sheet' });
    expect(press('Home', { singleKeys: false })).toEqual({ do: 'begin' });
  });

  it('do what the sheet says', () => {
    const single = SHEET.flatMap(({ keys }) => keys.map(([key]) => key)).filter((key) => /^[A-Z/?=]$/.test(key));
    for (const key of single) expect(press(key), key).not.toBeNull();
  });
});
