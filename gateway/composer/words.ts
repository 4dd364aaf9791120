import type { Hold } from '../../server/protocol/records.ts';
import { SLIDE_WORDS } from '../../server/protocol/slide-words.ts';

type Language = keyof typeof SLIDE_WORDS;

/** What stands below the meeting's title while it is held, or while nobody is there to be shown. */
export function holdText(hold: Hold | null, { language, timeZone }: { language: Language; timeZone: string }): string {
  const { title, until } = SLIDE_WORDS[language][hold?.kind ?? 'before'];
  const text = hold?.text || title;
  return hold?.until === undefined ? text : `${text}\n${until.replace('{time}', clockTime(hold.until, timeZone))}`;
}

/** As the clock in the picture is written. */
function clockTime(time: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(time);
}
