import { type Fitting, type Group, LOCALES, type Locale, readBy, type Words } from './catalogue.ts';
import { recall, remember } from './remembered.ts';

export type { Locale };
export { LOCALES };

const KEY = 'rostrum.locale';

function isLocale(value: unknown): value is Locale {
  return value === 'vi' || value === 'en';
}

const remembered = recall(KEY);
const state = $state<{ locale: Locale }>({ locale: isLocale(remembered) ? remembered : 'vi' });

function announce(): void {
  if (typeof document !== 'undefined') document.documentElement.lang = state.locale;
}
announce();

/** The language of the page: Vietnamese until someone chooses. Reading it in a component follows the switch. */
export function currentLocale(): Locale {
  return state.locale;
}

/** Chooses and remembers the language, and says so on `<html lang>`. */
export function setLocale(locale: Locale): void {
  state.locale = locale;
  remember(KEY, locale);
  announce();
}

/**
 * The words of one page: `const words = catalogue({ vi: {…}, en: {…} })`, then `words.take` or
 * `words.sites({ n: 6 })`. Vietnamese comes first and is the model of the other.
 */
export function catalogue<const Vi extends Group, const En extends Group>(texts: {
  vi: Vi;
  en: En & Fitting<Vi, En>;
}): Words<Vi> {
  return readBy(currentLocale, texts) as Words<Vi>;
}

// Vietnamese dates are written day first and the clock has 24 hours in both languages: a meeting has one way to say when.
const TAGS: Record<Locale, string> = { vi: 'vi-VN', en: 'en-GB' };

/** `1.234,5` in Vietnamese, `1,234.5` in English. */
export function formatNumber(value: number, options: Intl.NumberFormatOptions = {}): string {
  return new Intl.NumberFormat(TAGS[state.locale], options).format(value);
}

/** `21/11/2026`. `at` is milliseconds since 1970. */
export function formatDate(at: number): string {
  return new Intl.DateTimeFormat(TAGS[state.locale], { day: '2-digit', month: '2-digit', year: 'numeric' }).format(at);
}

/** `thứ Hai`, `Monday`. */
export function formatWeekday(at: number): string {
  return new Intl.DateTimeFormat(TAGS[state.locale], { weekday: 'long' }).format(at);
}

/** `14:05`, or `14:05:09` with seconds, in the machine's time zone. */
export function formatTime(at: number, seconds = false): string {
  return new Intl.DateTimeFormat(TAGS[state.locale], {
    hour: '2-digit',
    minute: '2-digit',
    ...(seconds ? { second: '2-digit' as const } : {}),
    hourCycle: 'h23',
  }).format(at);
}

/** `14:05, 21/11/2026`: time first, as an operator reads it. */
export function formatDateTime(at: number): string {
  return `${formatTime(at)}, ${formatDate(at)}`;
}

/** Bytes as people say them: `12,4 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)));
  const unit = units[step] ?? 'byte';
  return formatNumber(bytes / 1000 ** step, {
    style: 'unit',
    unit,
    unitDisplay: unit === 'byte' ? 'long' : 'short',
    maximumFractionDigits: step < 2 ? 0 : 1,
  });
}
