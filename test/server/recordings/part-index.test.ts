import fc from 'fast-check';
import { expect, test } from 'vitest';
import { durationOf, IndexLines, parseIndex, playable } from '../../../server/recordings/part-index.ts';
import { fabricatePart } from './fabricate.ts';

const part = fabricatePart({ fragments: 6, name: 'Điểm cầu Ba Bể' });
const sha256 = 'a'.repeat(64);

test('wherever the index is torn, it tells of the fragments before', () => {
  const whole = `${part.index}${JSON.stringify({ end: true, sha256 })}\n`;
  expect(parseIndex(whole)).toEqual({ header: part.header, fragments: part.fragments, end: { end: true, sha256 } });
  fc.assert(
    fc.property(fc.nat(whole.length), (length) => {
      const index = parseIndex(whole.slice(0, length));
      const fragments = index?.fragments ?? [];
      expect(fragments).toEqual(part.fragments.slice(0, fragments.length));
      expect(index?.end ?? null).toEqual(length === whole.length ? { end: true, sha256 } : null);
    }),
  );
});

test('it is read the same in whatever pieces it comes', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 200 })), (lengths) => {
      const lines = new IndexLines();
      let at = 0;
      for (const length of [...lengths, part.index.length]) {
        lines.push(part.index.slice(at, at + length));
        at += length;
      }
      expect(lines.index?.fragments).toEqual(part.fragments);
    }),
  );
});

test('only what is on disk is playable, however far the index goes', () => {
  const index = parseIndex(part.index);
  if (!index) throw new Error('no index');
  fc.assert(
    fc.property(fc.nat(part.bytes.length + 10), (bytes) => {
      const fragments = playable(index, bytes);
      expect(fragments).toEqual(part.fragments.filter((one) => one.offset + one.bytes <= bytes));
    }),
  );
  expect(durationOf(index.fragments)).toBe(12_000);
  expect(durationOf([])).toBe(0);
});

test('what goes back in bytes or time, or is no line, is passed over', () => {
  const [header = '', first = '', second = '', third = ''] = part.index.split('\n');
  const lines = [header, first, 'null', '{"at":', third, second, third, '[]', ''];
  expect(parseIndex(lines.join('\n'))?.fragments).toEqual([part.fragments[0], part.fragments[2]]);
  expect(parseIndex(`${first}\n`)).toBeNull();
});
