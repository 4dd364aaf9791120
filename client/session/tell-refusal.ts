import { notify } from '../ui/notices.svelte.ts';
import { sayRefusal } from '../ui/refusals.ts';
import { refusalOf } from './refused.ts';

/**
 * Tells whoever is at the page what was thrown: its sentence with its code.
 * @param onsignedout instead, where the session has ended elsewhere
 */
export function tellRefusal(thrown: unknown, onsignedout?: () => void): void {
  const refusal = refusalOf(thrown);
  if (onsignedout && refusal.code === 'notSignedIn') onsignedout();
  else notify({ tone: 'attention', text: sayRefusal(refusal), code: refusal.code });
}
