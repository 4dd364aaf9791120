import { expect, it } from 'vitest';
import { createOffers } from '../../../../gateway/sip/identity/offers.ts';

const both = ['SHA-256', 'MD5'];
const asker = { ip: '10.0.0.5', user: 'codec1', userAgent: undefined, request: 'a 1' };

it('offers both, also for the same request repeated', () => {
  const offers = createOffers();
  expect([offers.to(asker, 0), offers.to(asker, 500), offers.to(asker, 1_500)]).toEqual([both, both, both]);
});

it('offers MD5 alone to who comes again without an answer, for ten minutes', () => {
  const offers = createOffers();
  offers.to(asker, 0);
  expect(offers.to({ ...asker, request: 'a 2' }, 1_000)).toEqual(['MD5']);
  expect(offers.to({ ...asker, request: 'b 1' }, 2_000)).toEqual(['MD5']);
  expect(offers.to({ ...asker, user: 'codec2', request: 'c 1' }, 2_000)).toEqual(both);
  expect(offers.to({ ...asker, request: 'd 1' }, 602_000)).toEqual(both);
});

it('goes on offering both to who has answered with SHA-256', () => {
  const offers = createOffers();
  offers.to(asker, 0);
  offers.understood(asker);
  expect(offers.to({ ...asker, request: 'b 1' }, 1_000)).toEqual(both);
});

it('knows who cannot from the table of quirks', () => {
  expect(createOffers().to({ ...asker, userAgent: 'baresip v1.0.0 (x86_64/linux)' }, 0)).toEqual(['MD5']);
});

it('is bounded, whoever asks', () => {
  const offers = createOffers();
  for (let n = 0; n < 3_000; n += 1) offers.to({ ...asker, user: `u${n}` }, n);
  expect(offers.size).toBe(1_024);
});
