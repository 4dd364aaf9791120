import fc from 'fast-check';
import { expect, test } from 'vitest';
import { covers, cutPart, rangeOf } from '../../../server/recordings/ranges.ts';
import { fabricatePart } from './fabricate.ts';

test.each([
  [undefined, 'whole'],
  ['bytes=2-4', { first: 2, last: 4 }],
  ['bytes=2-', { first: 2, last: 9 }],
  ['bytes=2-400', { first: 2, last: 9 }],
  ['bytes=-3', { first: 7, last: 9 }],
  ['bytes=-30', { first: 0, last: 9 }],
  ['bytes=10-', 'none'],
  ['bytes=-0', 'none'],
  ['bytes=4-2', 'whole'],
  ['bytes=0-1,3-4', 'whole'],
  ['lines=0-1', 'whole'],
])('%s of ten bytes', (header, range) => {
  expect(rangeOf(header, 10)).toEqual(range);
});

test('of a share nothing is served but what overlaps its stretch', () => {
  const part = fabricatePart({ fragments: 10, ms: 1_000 });
  const stretch = fc.record({ from: fc.nat(14_000), ms: fc.integer({ min: 1, max: 5_000 }) });
  fc.assert(
    fc.property(stretch, fc.nat(2_000), ({ from, ms }, placedAt) => {
      const cut = cutPart(part, placedAt, { from, to: from + ms });
      const overlapping = part.fragments.filter((f) => placedAt + f.at < from + ms && placedAt + f.at + f.ms > from);
      expect(cut?.fragments ?? []).toEqual(overlapping);
      if (!cut) return;
      for (const one of [part.header.init, ...part.fragments]) {
        const isGiven = one === part.header.init || overlapping.some(({ offset }) => offset === one.offset);
        expect(covers(cut, { first: one.offset, last: one.offset + one.bytes - 1 })).toBe(isGiven);
      }
      const [first] = cut.fragments;
      const last = cut.fragments.at(-1);
      if (!first || !last) return;
      const end = last.offset + last.bytes;
      expect(covers(cut, { first: first.offset, last: end - 1 })).toBe(true);
      expect(covers(cut, { first: first.offset, last: end })).toBe(false);
      expect(covers(cut, { first: 0, last: end - 1 })).toBe(first.at === 0);
    }),
  );
});

test('a stretch begins with the key frame that it needs', () => {
  const part = fabricatePart({ fragments: 6, ms: 1_000 });
  const fragments = part.fragments.map((one, i) => ({ ...one, key: i % 3 === 0 }));
  const cut = cutPart({ ...part, fragments }, 0, { from: 4_500, to: 5_000 });
  expect(cut?.fragments.map(({ at }) => at)).toEqual([3_000, 4_000]);
});
