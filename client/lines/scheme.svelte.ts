import { createSubscriber } from 'svelte/reactivity';
import { currentTheme } from '../ui/theme.svelte.ts';

const query = '(prefers-color-scheme: dark)';
const follow = createSubscriber((update) => {
  const list = matchMedia(query);
  list.addEventListener('change', update);
  return () => list.removeEventListener('change', update);
});

/** Whether the page is dark now: a canvas cannot follow the style sheet by itself. */
export function isDark(): boolean {
  const theme = currentTheme();
  if (theme !== 'system') return theme === 'dark';
  follow();
  return matchMedia(query).matches;
}
