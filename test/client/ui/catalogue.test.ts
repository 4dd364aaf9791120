import { describe, expect, it } from 'vitest';
import { type Locale, readBy } from '../../../client/ui/catalogue.ts';

describe('readBy', () => {
  let locale: Locale = 'vi';
  const words = readBy(() => locale, {
    vi: { take: 'Phát', sites: '{n} điểm cầu', grant: 'Mời {name}', call: { busy: 'Máy bận', after: 'sau {n} giây' } },
    en: {
      take: 'Take',
      sites: { one: '{n} site', other: '{n} sites' },
      grant: 'Grant {name}',
      call: { busy: 'Busy', after: { one: 'after {n} second', other: 'after {n} seconds' } },
    },
  }) as {
    take: string;
    sites: (values: { n: number }) => string;
    grant: (values: { name: string }) => string;
    call: { busy: string; after: (values: { n: number }) => string };
  };

  it('follows the locale of the moment', () => {
    locale = 'vi';
    expect(words.take).toBe('Phát');
    locale = 'en';
    expect(words.take).toBe('Take');
    expect(words.call.busy).toBe('Busy');
  });

  it('chooses the plural by the locale, also where the model has none', () => {
    locale = 'en';
    expect(words.sites({ n: 1 })).toBe('1 site');
    expect(words.sites({ n: 20 })).toBe('20 sites');
    expect(words.call.after({ n: 2 })).toBe('after 2 seconds');
    locale = 'vi';
    expect(words.sites({ n: 1 })).toBe('1 điểm cầu');
  });

  it('writes numbers as the locale does and leaves names alone', () => {
    locale = 'vi';
    expect(words.sites({ n: 1234 })).toBe('1.234 điểm cầu');
    locale = 'en';
    expect(words.sites({ n: 1234 })).toBe('1,234 sites');
    expect(words.grant({ name: '{n} & 1000' })).toBe('Grant {n} & 1000');
  });
});
