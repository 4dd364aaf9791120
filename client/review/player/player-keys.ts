import type { KeyMap } from '../../ui/keyboard.ts';

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

export const SHORT_JUMP_MS = 5_000;
const LONG_JUMP_MS = 30_000;

const SINGLE: KeyMap<Deed>['single'] = {
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

export const KEYS: KeyMap<Deed> = {
  always: {
    ArrowLeft: { do: 'jump', ms: -SHORT_JUMP_MS },
    'Shift ArrowLeft': { do: 'jump', ms: -LONG_JUMP_MS },
    ArrowRight: { do: 'jump', ms: SHORT_JUMP_MS },
    'Shift ArrowRight': { do: 'jump', ms: LONG_JUMP_MS },
    Home: { do: 'begin' },
    End: { do: 'end' },
    Escape: { do: 'unmark' },
    '?': { do: 'sheet' },
  },
  single: SINGLE,
  figure: (tenth) => ({ do: 'tenth', tenth }),
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
