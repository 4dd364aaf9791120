/** What a key does in the player. */
export type Deed =
  | { do: 'toggle' | 'mute' | 'fullscreen' | 'skipSilence' | 'live' }
  | { do: 'jump'; ms: number }
  | { do: 'step'; frames: 1 | -1 }
  | { do: 'chapter'; step: 1 | -1 }
  | { do: 'rate'; step: 1 | -1 | 0 }
  | { do: 'tenth'; tenth: number }
  | { do: 'begin' | 'end' }
  | { do: 'markFrom' | 'markTo' | 'unmark' }
  | { do: 'comment' | 'share' | 'search' | 'sheet' };

export interface Stroke {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

export const SHORT_JUMP_MS = 5_000;
export const LONG_JUMP_MS = 30_000;

const KEYS: Readonly<Record<string, Deed>> = {
  ' ': { do: 'toggle' },
  k: { do: 'toggle' },
  j: { do: 'jump', ms: -LONG_JUMP_MS },
  l: { do: 'jump', ms: LONG_JUMP_MS },
  ',': { do: 'step', frames: -1 },
  '.': { do: 'step', frames: 1 },
  p: { do: 'chapter', step: -1 },
  n: { do: 'chapter', step: 1 },
  '<': { do: 'rate', step: -1 },
  '>': { do: 'rate', step: 1 },
  '=': { do: 'rate', step: 0 },
  s: { do: 'skipSilence' },
  m: { do: 'mute' },
  f: { do: 'fullscreen' },
  e: { do: 'live' },
  i: { do: 'markFrom' },
  o: { do: 'markTo' },
  c: { do: 'comment' },
  d: { do: 'share' },
  '/': { do: 'search' },
};

/** What the sheet lists, group by group; each key with the name of its sentence. */
export const SHEET = [
  {
    group: 'play',
    keys: [
      ['Space', 'toggle'],
      ['<  >', 'rate'],
      ['=', 'normalRate'],
      ['S', 'skipSilence'],
      ['M', 'mute'],
      ['F', 'fullscreen'],
    ],
  },
  {
    group: 'move',
    keys: [
      ['←  →', 'jump'],
      ['J  L', 'longJump'],
      [',  .', 'step'],
      ['P  N', 'chapter'],
      ['0–9', 'tenth'],
      ['Home  End', 'ends'],
      ['E', 'live'],
    ],
  },
  {
    group: 'tell',
    keys: [
      ['C', 'comment'],
      ['I  O', 'mark'],
      ['Esc', 'unmark'],
      ['D', 'share'],
      ['/', 'search'],
      ['?', 'sheet'],
    ],
  },
] as const;

/** @param singleKeys off where the user switched single-letter keys off (WCAG 2.2, 2.1.4) */
export function deedOf(stroke: Stroke, singleKeys: boolean): Deed | null {
  const { key, shiftKey } = stroke;
  if (stroke.ctrlKey || stroke.metaKey || stroke.altKey) return null;
  const jump = shiftKey ? LONG_JUMP_MS : SHORT_JUMP_MS;
  if (key === 'ArrowLeft') return { do: 'jump', ms: -jump };
  if (key === 'ArrowRight') return { do: 'jump', ms: jump };
  if (key === 'Home') return { do: 'begin' };
  if (key === 'End') return { do: 'end' };
  if (key === 'Escape') return { do: 'unmark' };
  if (key === '?') return { do: 'sheet' };
  if (!singleKeys) return null;
  if (/^[0-9]$/.test(key)) return { do: 'tenth', tenth: Number(key) };
  return KEYS[key.toLowerCase()] ?? null;
}
