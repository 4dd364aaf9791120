import { describe, expect, it } from 'vitest';
import { KEYS, SHEET } from '../../../client/console/shortcuts.ts';
import { deedOf } from '../../../client/ui/keyboard.ts';

const press = (key: string, { shiftKey = false, singleKeys = true } = {}) =>
  deedOf(KEYS, { key, shiftKey, ctrlKey: false, metaKey: false, altKey: false }, singleKeys);

describe('the keys of the console', () => {
  it('are figures for tiles, and letters', () => {
    expect(press('1')).toEqual({ do: 'selectTile', figure: 1 });
    expect(press('0')).toEqual({ do: 'selectTile', figure: 0 });
    expect(press('T')).toEqual({ do: 'take' });
    expect(press('T', { shiftKey: true })).toEqual({ do: 'takeForCodecs' });
    expect(press('l')).toEqual({ do: 'changeLayout', step: 1 });
    expect(press('L', { shiftKey: true })).toEqual({ do: 'changeLayout', step: -1 });
  });
  it('are ? and Escape alone where single letters are switched off', () => {
    const off = { singleKeys: false };
    expect(['m', '1'].map((key) => press(key, off))).toEqual([null, null]);
    expect(press('?', off)).toEqual({ do: 'sheet' });
    expect(press('Escape', off)).toEqual({ do: 'clear' });
  });
  it('have a deed for every letter on the sheet', () => {
    // What acts on the card that has the focus alone is the card's.
    const letters = SHEET.flatMap(({ keys }) => keys.map(([key]) => key)).filter((key) => /^[A-HJ-Z/?]$/.test(key));
    for (const letter of letters) expect(press(letter), letter).not.toBeNull();
  });
});
