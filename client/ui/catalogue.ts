/**
 * The types and the rendering of catalogues, without state: `words.svelte.ts` adds the locale.
 *
 * An entry is a text, a plural (`{one, other}`, chosen by `{n}`) or a group of entries. `{name}` marks a parameter. The
 * Vietnamese catalogue is the model: the English one must have its very keys and parameters, or it does not compile.
 */
export type Locale = 'vi' | 'en';
export const LOCALES = ['vi', 'en'] as const satisfies readonly Locale[];

/** Text by plural category (CLDR); `n` is its parameter. Vietnamese needs `other` alone. */
export type Plural = { readonly one?: string; readonly other: string };
export type Entry = string | Plural | Group;
export interface Group {
  readonly [key: string]: Entry;
}
export type Values = Readonly<Record<string, string | number>>;

type Split<S extends string> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Split<Rest> : never;
type Parameters<E> = E extends string
  ? Split<E>
  : E extends { readonly other: infer Other extends string }
    ? 'n' | Split<Other>
    : never;
type IsText<E> = E extends string ? true : E extends { readonly other: string } ? true : false;

/** What the model's entry demands of the other language. */
type Matching<Model, Given> = {
  readonly [K in keyof Model]: K extends keyof Given
    ? IsText<Model[K]> extends true
      ? IsText<Given[K]> extends true
        ? [Parameters<Model[K]>, Parameters<Given[K]>] extends [Parameters<Given[K]>, Parameters<Model[K]>]
          ? Given[K]
          : { readonly parametersMustBe: Parameters<Model[K]> }
        : string
      : Matching<Model[K], Given[K]>
    : Model[K];
};
/** A catalogue of one language that fits the model: no key missing, none too many. */
export type Fitting<Model, Given> = Matching<Model, Given> & {
  readonly [K in Exclude<keyof Given, keyof Model>]: never;
};

/** How an entry is used: a text as it is, a text with parameters as a function, a group as an object. */
export type Words<Model> = {
  readonly [K in keyof Model]: IsText<Model[K]> extends true
    ? [Parameters<Model[K]>] extends [never]
      ? string
      : (values: { readonly [P in Parameters<Model[K]>]: P extends 'n' ? number : string | number }) => string
    : Words<Model[K]>;
};

function isPlural(entry: Entry): entry is Plural {
  return typeof entry === 'object' && typeof entry.other === 'string';
}

const PARAMETER = /\{(\w+)\}/g;

/** A text with its parameters filled in; numbers are written as the locale writes them. */
export function fill(locale: Locale, text: string, values: Values): string {
  return text.replace(PARAMETER, (mark, name: string) => {
    const value = values[name];
    if (value === undefined) return mark;
    return typeof value === 'number' ? new Intl.NumberFormat(locale).format(value) : value;
  });
}

function needsValues(entry: string | Plural): boolean {
  return typeof entry !== 'string' || entry.search(PARAMETER) >= 0;
}

function choose(locale: Locale, entry: string | Plural, values: Values): string {
  if (typeof entry === 'string') return entry;
  const category = new Intl.PluralRules(locale).select(Number(values.n));
  return (category === 'one' ? entry.one : undefined) ?? entry.other;
}

/**
 * A catalogue as an object whose properties are read in the locale of that moment, so that whoever reads them in a
 * component follows the switch.
 */
export function readBy(locale: () => Locale, texts: Readonly<Record<Locale, Group>>): Record<string, unknown> {
  const words: Record<string, unknown> = {};
  for (const [key, model] of Object.entries(texts.vi)) {
    const entry = (language: Locale) => texts[language][key] ?? model;
    if (typeof model === 'object' && !isPlural(model)) {
      const groups = { vi: model, en: (texts.en[key] ?? model) as Group };
      words[key] = readBy(locale, groups);
      continue;
    }
    const read = () => entry(locale()) as string | Plural;
    const fillIn = (values: Values) => fill(locale(), choose(locale(), read(), values), values);
    Object.defineProperty(words, key, { enumerable: true, get: () => (needsValues(model) ? fillIn : read()) });
  }
  return words;
}
