import { untrack } from 'svelte';
import { recall, remember } from './remembered.ts';

/** `system` follows `prefers-color-scheme`. */
export type Theme = 'system' | 'dark' | 'light';
export const THEMES = ['system', 'dark', 'light'] as const satisfies readonly Theme[];

const KEY = 'rostrum.theme';

function isTheme(value: unknown): value is Theme {
  return value === 'system' || value === 'dark' || value === 'light';
}

const remembered = recall(KEY);
const state = $state<{ chosen: Theme | null; preferred: Theme }>({
  chosen: isTheme(remembered) ? remembered : null,
  preferred: 'system',
});

/** Untracked: who prefers a theme in an effect does not want to be run again by it. */
function announce(): void {
  if (typeof document !== 'undefined') document.documentElement.dataset.theme = untrack(currentTheme);
}
announce();

export function currentTheme(): Theme {
  return state.chosen ?? state.preferred;
}

export function setTheme(theme: Theme): void {
  state.chosen = theme;
  remember(KEY, theme);
  announce();
}

/** A page's own default where nobody has chosen: the control room is dark. Returns the way back. */
export function preferTheme(theme: Theme): () => void {
  state.preferred = theme;
  announce();
  return () => {
    state.preferred = 'system';
    announce();
  };
}
