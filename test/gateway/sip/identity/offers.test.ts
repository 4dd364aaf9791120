import { expect, it } from 'vitest';
import { createOffers } from '../../../../gateway/sip/identity/offers.ts';

const both = ['SHA-256', 'MD5'];
const asker = { ip: '10.0.0.5', user: 'codec1', userAgent: 'Codec/1', request: 'a 1' };

it('offers both, also for the same request repeated', () => {
  const offers = createOffers();
  expect([offers.to(asker, 0), offers.to(asker, 500), offers.to(asker, 1_500)]).toEqual([both, both, both]);
});

it('offers MD5 first, and at last alone, to who comes again and again without an answer', () => {
  const offers = createOffers();
  const seen = [1, 2, 3, 4, 5].map((n) => offers.to({ ...asker, request: `a ${n}` }, n * 1_000));
  expect(seen).toEqual([both, ['MD5', 'SHA-256'], ['MD5', 'SHA-256'], ['MD5'], ['MD5']]);
  expect(offers.to({ ...asker, user: 'codec2', request: 'b 1' }, 6_000)).toEqual(both);
  expect(offers.to({ ...asker, request: 'c 1' }, 605_000)).toEqual(both); // ten minutes later
});

it('stays with what was answered', () => {
  const offers = createOffers();
  for (const n of [1, 2]) offers.to({ ...asker, request: `a ${n}` }, n);
  for (const n of [3, 4, 5, 6]) {
    offers.answered(asker, 'MD5');
    expect(offers.to({ ...asker, request: `a ${n}` }, n)).toEqual(['MD5', 'SHA-256']);
  }
  offers.answered(asker, 'SHA-256');
  expect(offers.to({ ...asker, request: 'a 7' }, 7)).toEqual(both);
});

it('knows who cannot from the table of quirks', () => {
  expect(createOffers().to({ ...asker, userAgent: 'baresip v1.0.0 (x86_64/linux)' }, 0)).toEqual(['MD5']);
});

it('offers MD5 first to who names no product', () => {
  expect(createOffers().to({ ...asker, userAgent: undefined }, 0)).toEqual(['MD5', 'SHA-256']);
});

it('is bounded, whoever asks', () => {
  const offers = createOffers();
  for (let n = 0; n < 3_000; n += 1) offers.to({ ...asker, user: `u${n}` }, n);
  expect(offers.size).toBe(1_024);
});
