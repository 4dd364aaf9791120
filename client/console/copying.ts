import { notify } from '../ui/notices.svelte.ts';
import { linkWords } from './link-words.ts';

/** Puts a text on the clipboard and says so; browsers may refuse. */
export async function copyText(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    notify({ text: done });
  } catch {
    notify({ tone: 'attention', text: linkWords.copyFailed });
  }
}
