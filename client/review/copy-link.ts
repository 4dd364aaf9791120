import { notify } from '../ui/notices.svelte.ts';
import { playerWords } from './player/player-words.ts';

/** Puts a link on the clipboard and says so; browsers may refuse. */
export async function copyLink(link: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(link);
    notify({ text: done });
  } catch {
    notify({ tone: 'attention', text: playerWords.copyFailed });
  }
}
