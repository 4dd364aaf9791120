import type { SavedLayout } from '../../server/protocol/http.ts';
import type { Layout } from '../../server/protocol/records.ts';
import { INITIAL_LAYOUT } from '../../server/room/state.ts';
import { CHOICES, type Choice, choiceOf, plainLayout } from '../console/layouts/slots.ts';

/** A layout to be reckoned with, by the value of its option. */
export interface LayoutChoice {
  value: string;
  label: string;
  layout: Layout;
}

interface Names {
  of: (choice: Choice) => string;
  saved: (name: string) => string;
}

/** Every layout of the console, then those that the house has saved. */
export function layoutChoices(saved: readonly SavedLayout[], names: Names): LayoutChoice[] {
  return [
    ...CHOICES.map((value) => ({ value, label: names.of(value), layout: plainLayout(value) })),
    ...saved.map(({ layoutId, name, layout }) => ({ value: `saved:${layoutId}`, label: names.saved(name), layout })),
  ];
}

/** In which a room opens. */
export const FIRST_CHOICE: string = choiceOf(INITIAL_LAYOUT) ?? 'auto';

/** A layout with a place for what is presented is chosen because something is. */
export function showsContent({ slots }: Layout): boolean {
  return slots.some(({ show }) => show === 'content');
}
