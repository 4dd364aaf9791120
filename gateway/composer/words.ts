import type { Hold } from '../../server/protocol/records.ts';

type Language = 'vi' | 'en';

/** What the composed picture says by itself: the catalogue of its slides, in the words that browsers show (`client/ui/slide.ts`). */
interface Words {
  waiting: string;
  break: string;
  /** @param time as the clock says it */
  beginsAt: (time: string) => string;
  goesOnAt: (time: string) => string;
}

const WORDS: Record<Language, Words> = {
  vi: {
    waiting: 'Cuộc họp sắp bắt đầu',
    break: 'Cuộc họp tạm nghỉ',
    beginsAt: (time) => `Bắt đầu lúc ${time}`,
    goesOnAt: (time) => `Họp lại lúc ${time}`,
  },
  en: {
    waiting: 'The meeting will begin soon',
    break: 'The meeting takes a break',
    beginsAt: (time) => `It begins at ${time}`,
    goesOnAt: (time) => `It resumes at ${time}`,
  },
};

/** What stands below the meeting's title while it is held, or while nobody is there to be shown. */
export function holdText(hold: Hold | null, { language, timeZone }: { language: Language; timeZone: string }): string {
  const words = WORDS[language];
  if (!hold) return words.waiting;
  const { kind, text, until } = hold;
  const usual = kind === 'break' ? words.break : words.waiting;
  if (until === undefined) return text || usual;
  const time = clockTime(until, timeZone);
  const when = kind === 'break' ? words.goesOnAt(time) : words.beginsAt(time);
  return `${text || usual}\n${when}`;
}

/** As the clock in the picture is written. */
function clockTime(time: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(time);
}
