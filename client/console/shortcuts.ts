import type { KeyMap } from '../ui/keyboard.ts';

/** What a key does on the console. */
export type Action =
  | { do: 'selectTile'; figure: number }
  | { do: 'show'; what: 'speaker' | 'chair' | 'content' | 'auto' | 'empty' }
  | { do: 'changeLayout'; step: 1 | -1 }
  | { do: 'take' | 'takeForCodecs' | 'turnFit' | 'savedLayouts' | 'ownPictures' | 'overlay' | 'hold' }
  | { do: 'closeAllMicrophones' | 'forward' | 'grant' | 'finish' | 'dial' | 'record' }
  | { do: 'dialAbsent' | 'stopPresenting' | 'frame' }
  | { do: 'ownMicrophone' | 'ownCamera' }
  | { do: 'search' | 'wall' | 'messages' | 'sheet' | 'clear' };

const SINGLE: KeyMap<Action>['single'] = {
  u: { do: 'turnFit' },
  y: { do: 'savedLayouts' },
  q: { do: 'ownPictures' },
  o: { do: 'overlay' },
  z: { do: 'hold' },
  m: { do: 'closeAllMicrophones' },
  f: { do: 'forward' },
  g: { do: 'grant' },
  x: { do: 'finish' },
  d: { do: 'dial' },
  n: { do: 'dialAbsent' },
  p: { do: 'stopPresenting' },
  k: { do: 'frame' },
  r: { do: 'record' },
  v: { do: 'ownMicrophone' },
  b: { do: 'ownCamera' },
  w: { do: 'wall' },
  j: { do: 'messages' },
  s: { do: 'show', what: 'speaker' },
  h: { do: 'show', what: 'chair' },
  c: { do: 'show', what: 'content' },
  a: { do: 'show', what: 'auto' },
  e: { do: 'show', what: 'empty' },
  t: { do: 'take' },
  'Shift t': { do: 'takeForCodecs' },
  l: { do: 'changeLayout', step: 1 },
  'Shift l': { do: 'changeLayout', step: -1 },
  '/': { do: 'search' },
};

export const KEYS: KeyMap<Action> = {
  always: { Escape: { do: 'clear' }, '?': { do: 'sheet' } },
  single: SINGLE,
  figure: (figure) => ({ do: 'selectTile', figure }),
};

/** What the sheet lists, group by group; each key with the name of its sentence. */
export const SHEET = [
  {
    group: 'picture',
    keys: [
      ['1–25', 'selectTile'],
      ['S', 'speaker'],
      ['H', 'chair'],
      ['C', 'content'],
      ['A', 'auto'],
      ['E', 'empty'],
      ['U', 'turnFit'],
      ['L', 'nextLayout'],
      ['Shift L', 'previousLayout'],
      ['Y', 'savedLayouts'],
      ['T', 'take'],
      ['Shift T', 'takeForCodecs'],
      ['Q', 'ownPictures'],
      ['O', 'overlay'],
      ['Z', 'hold'],
    ],
  },
  {
    group: 'floor',
    keys: [
      ['F', 'forward'],
      ['G', 'grant'],
      ['X', 'finish'],
      ['M', 'closeAllMicrophones'],
    ],
  },
  {
    group: 'wall',
    keys: [
      ['W', 'wall'],
      ['← ↑ → ↓', 'walk'],
      ['Space', 'gate'],
      ['Enter', 'assign'],
      ['.', 'options'],
      ['K', 'frame'],
      ['I', 'detail'],
      ['/', 'search'],
    ],
  },
  {
    group: 'meeting',
    keys: [
      ['D', 'dial'],
      ['N', 'dialAbsent'],
      ['P', 'stopPresenting'],
      ['R', 'record'],
      ['J', 'messages'],
      ['V', 'ownMicrophone'],
      ['B', 'ownCamera'],
      ['Esc', 'clear'],
      ['?', 'sheet'],
    ],
  },
] as const;
