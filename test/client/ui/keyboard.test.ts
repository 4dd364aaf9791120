import { describe, expect, it } from 'vitest';
import { deedOf, type KeyMap, type Stroke, writeSheet } from '../../../client/ui/keyboard.ts';

const stroke = (key: string, held: Partial<Omit<Stroke, 'key'>> = {}): Stroke => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

const keys: KeyMap<string> = {
  always: { Escape: 'leave', '?': 'sheet', 'Shift ArrowLeft': 'far', ArrowLeft: 'near' },
  single: { t: 'take', l: 'next', 'Shift l': 'previous' },
  figure: (figure) => `tile ${figure}`,
};

describe('deedOf', () => {
  it.each([
    ['t', {}, 'take'],
    ['T', { shiftKey: true }, 'take'],
    ['l', {}, 'next'],
    ['L', { shiftKey: true }, 'previous'],
    ['L', {}, 'next'],
    ['0', {}, 'tile 0'],
    ['?', { shiftKey: true }, 'sheet'],
    ['ArrowLeft', { shiftKey: true }, 'far'],
    ['x', {}, null],
  ])('%s %o: %s', (key, held, deed) => {
    expect(deedOf(keys, stroke(key, held), true)).toBe(deed);
  });

  it("leaves the browser's own combinations alone", () => {
    for (const held of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }]) {
      expect(deedOf(keys, stroke('t', held), true)).toBeNull();
      expect(deedOf(keys, stroke('ArrowLeft', held), true)).toBeNull();
    }
  });

  it('reads no letter and no figure where single keys are off', () => {
    expect(['t', '1', 'L'].map((key) => deedOf(keys, stroke(key), false))).toEqual([null, null, null]);
    expect(['Escape', '?', 'ArrowLeft'].map((key) => deedOf(keys, stroke(key), false))).toEqual([
      'leave',
      'sheet',
      'near',
    ]);
  });
});

describe('writeSheet', () => {
  it('puts sentences to keys, in the order of the outline', () => {
    const outline = [
      {
        group: 'floor',
        keys: [
          ['G', 'grant'],
          ['X', 'end'],
        ],
      },
    ] as const;
    const words = { groups: { floor: 'Floor' }, keys: { end: 'End it', grant: 'Grant it' } };
    expect(writeSheet(outline, words)).toEqual([
      {
        name: 'Floor',
        keys: [
          ['G', 'Grant it'],
          ['X', 'End it'],
        ],
      },
    ]);
  });
});
