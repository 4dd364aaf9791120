import { describe, expect, it } from 'vitest';
import { actionOf, SHEET } from '../../../client/console/shortcuts.ts';

const stroke = (key: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe('actionOf', () => {
  it('reads figures as tiles and letters without case', () => {
    expect(actionOf(stroke('1'), true)).toEqual({ do: 'selectTile', figure: 1 });
    expect(actionOf(stroke('0'), true)).toEqual({ do: 'selectTile', figure: 0 });
    expect(actionOf(stroke('T'), true)).toEqual({ do: 'take' });
    expect(actionOf(stroke('T', { shiftKey: true }), true)).toEqual({ do: 'takeForCodecs' });
    expect(actionOf(stroke('l'), true)).toEqual({ do: 'changeLayout', step: 1 });
    expect(actionOf(stroke('L', { shiftKey: true }), true)).toEqual({ do: 'changeLayout', step: -1 });
  });
  it("leaves the browser's own keys alone", () => {
    expect(actionOf(stroke('r', { ctrlKey: true }), true)).toBeNull();
    expect(actionOf(stroke('f', { metaKey: true }), true)).toBeNull();
  });
  it('obeys only ? and Escape where single letters are switched off', () => {
    expect(actionOf(stroke('m'), false)).toBeNull();
    expect(actionOf(stroke('1'), false)).toBeNull();
    expect(actionOf(stroke('?'), false)).toEqual({ do: 'sheet' });
    expect(actionOf(stroke('Escape'), false)).toEqual({ do: 'clear' });
  });
  it('has a deed for every letter on the sheet', () => {
    // What acts on the card that has the focus alone is the card's.
    const letters = SHEET.flatMap(({ keys }) => keys.map(([key]) => key)).filter((key) => /^[A-HJ-Z/?]$/.test(key));
    for (const letter of letters) expect(actionOf(stroke(letter), true), letter).not.toBeNull();
  });
});
