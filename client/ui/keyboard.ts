/** What is read of a `KeyboardEvent`. */
export interface Stroke {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/**
 * What the keys of a page do. A key is named as the event names it, a letter as a small one; `Shift l` is for Shift
 * alone, and `l` for both where there is no `Shift l`.
 */
export interface KeyMap<Deed> {
  /** Whatever the user chose. */
  always: Readonly<Record<string, Deed>>;
  /** Signs and letters: off where the user switched single keys off (WCAG 2.2, 2.1.4). */
  single: Readonly<Record<string, Deed>>;
  /** Likewise, 0 to 9. */
  figure: (figure: number) => Deed;
}

/** What a stroke does by this map; the browser's own combinations do nothing. */
export function deedOf<Deed>(keys: KeyMap<Deed>, stroke: Stroke, singleKeys: boolean): Deed | null {
  if (stroke.ctrlKey || stroke.metaKey || stroke.altKey) return null;
  const key = stroke.key.length === 1 ? stroke.key.toLowerCase() : stroke.key;
  const names = stroke.shiftKey ? [`Shift ${key}`, key] : [key];
  const found = (map: Readonly<Record<string, Deed>>) =>
    names.map((name) => map[name]).find((deed) => deed !== undefined);
  const always = found(keys.always);
  if (always !== undefined) return always;
  if (!singleKeys) return null;
  return /^[0-9]$/.test(key) ? keys.figure(Number(key)) : (found(keys.single) ?? null);
}

const TYPED_IN = 'input:not([type=checkbox], [type=radio]), textarea, select, [role="menu"], [role="dialog"]';
const PRESSED = 'button, a, input';
const WALKED = 'input[type=radio]';

/** Typing, whatever has opened above the page, and what is pressed or walked through keep their keys. */
export function keepsKeys({ target, key }: Pick<KeyboardEvent, 'target' | 'key'>): boolean {
  if (!(target instanceof Element)) return false;
  const keeping = key === ' ' || key === 'Enter' ? PRESSED : key.startsWith('Arrow') ? WALKED : null;
  return target.closest(keeping === null ? TYPED_IN : `${TYPED_IN}, ${keeping}`) !== null;
}

/** What a sheet of keys lists, in words. */
export interface SheetGroup {
  name: string;
  keys: readonly (readonly [key: string, what: string])[];
}

/** A sheet's outline, in which each key has the name of its sentence, with the sentences themselves. */
export function writeSheet<Group extends string, What extends string>(
  outline: readonly { group: Group; keys: readonly (readonly [key: string, what: What])[] }[],
  words: { groups: Readonly<Record<Group, string>>; keys: Readonly<Record<What, string>> },
): SheetGroup[] {
  return outline.map(({ group, keys }) => ({
    name: words.groups[group],
    keys: keys.map(([key, what]) => [key, words.keys[what]] as const),
  }));
}
