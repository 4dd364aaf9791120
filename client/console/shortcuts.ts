/** What a key does on the console. */
export type Action =
  | { do: 'selectTile'; figure: number }
  | { do: 'show'; what: 'speaker' | 'chair' | 'content' | 'auto' | 'empty' }
  | { do: 'changeLayout'; step: 1 | -1 }
  | { do: 'take' | 'takeForCodecs' | 'turnFit' | 'savedLayouts' | 'ownPictures' | 'overlay' | 'hold' }
  | { do: 'closeAllMicrophones' | 'forward' | 'grant' | 'finish' | 'dial' | 'record' }
  | { do: 'dialAbsent' | 'stopPresenting' | 'frame' }
  | { do: 'ownMicrophone' | 'ownCamera' }
  | { do: 'search' | 'wall' | 'sheet' | 'clear' };

export interface Stroke {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

const LETTERS: Readonly<Record<string, Action>> = {
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
  s: { do: 'show', what: 'speaker' },
  h: { do: 'show', what: 'chair' },
  c: { do: 'show', what: 'content' },
  a: { do: 'show', what: 'auto' },
  e: { do: 'show', what: 'empty' },
  '/': { do: 'search' },
  '?': { do: 'sheet' },
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
      ['V', 'ownMicrophone'],
      ['B', 'ownCamera'],
      ['Esc', 'clear'],
      ['?', 'sheet'],
    ],
  },
] as const;

/** @param singleKeys off where the user switched single-letter keys off (WCAG 2.2, 2.1.4); `?` and Escape always work */
export function actionOf(stroke: Stroke, singleKeys: boolean): Action | null {
  if (stroke.ctrlKey || stroke.metaKey || stroke.altKey) return null;
  if (stroke.key === 'Escape') return { do: 'clear' };
  if (stroke.key === '?') return { do: 'sheet' };
  if (!singleKeys) return null;
  if (/^[0-9]$/.test(stroke.key)) return { do: 'selectTile', figure: Number(stroke.key) };
  const letter = stroke.key.toLowerCase();
  if (letter === 't') return { do: stroke.shiftKey ? 'takeForCodecs' : 'take' };
  if (letter === 'l') return { do: 'changeLayout', step: stroke.shiftKey ? -1 : 1 };
  return LETTERS[letter] ?? null;
}
