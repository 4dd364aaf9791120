import { describe, expect, it } from 'vitest';
import { deedOf, SHEET } from '../../../client/review/player-keys.ts';

const plain = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

describe('deedOf', () => {
  it.each([
    [' ', { do: 'toggle' }],
    ['K', { do: 'toggle' }],
    ['ArrowLeft', { do: 'jump', ms: -5_000 }],
    ['.', { do: 'step', frames: 1 }],
    ['>', { do: 'rate', step: 1 }],
    ['7', { do: 'tenth', tenth: 7 }],
    ['x', null],
  ])('%s', (key, deed) => {
    expect(deedOf({ ...plain, key }, true)).toEqual(deed);
  });

  it('jumps further with Shift, and leaves the browser its own keys', () => {
    expect(deedOf({ ...plain, key: 'ArrowRight', shiftKey: true }, true)).toEqual({ do: 'jump', ms: 30_000 });
    expect(deedOf({ ...plain, key: 'f', ctrlKey: true }, true)).toBeNull();
  });

  it('does nothing by letters where they are switched off', () => {
    expect(deedOf({ ...plain, key: 'm' }, false)).toBeNull();
    expect(deedOf({ ...plain, key: '?' }, false)).toEqual({ do: 'sheet' });
  });

  it('does what the sheet says', () => {
    const single = SHEET.flatMap(({ keys }) => keys.map(([key]) => key)).filter((key) => /^[A-Z/?=]$/.test(key));
    for (const key of single) expect(deedOf({ ...plain, key }, true), key).not.toBeNull();
  });
});
