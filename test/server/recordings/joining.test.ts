import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { joinParts } from '../../../server/recordings/joining.ts';
import { shiftFragment, timescalesOf } from '../../../server/recordings/mp4.ts';
import { fabricatePart, timesOf } from './fabricate.ts';

const parts = [fabricatePart({ fragments: 2 }), fabricatePart({ fragments: 3, part: 2 })];
const read = async ({ file }: { file: string }, { first, last }: { first: number; last: number }) =>
  Buffer.from(parts.find((one) => one.file === file)?.clear.subarray(first, last + 1) ?? []);

test('parts become one file whose time goes on', async () => {
  const joined = await joinParts(parts, read);
  if (!joined) throw new Error('not joined');
  const mp4 = await buffer(joined.open());
  expect(mp4.length).toBe(joined.bytes);
  const names = ['program.1#0', 'program.1#1', 'program.2#0', 'program.2#1', 'program.2#2'];
  expect(timesOf(mp4)).toEqual(names.map((payload, i) => ({ video: i * 2_000, audio: i * 2_000, payload })));
});

test('what begins in the middle begins at 0', async () => {
  const cut = parts.map((part) => ({ ...part, fragments: part.fragments.slice(1, 2) }));
  const joined = await joinParts(cut, read);
  if (!joined) throw new Error('not joined');
  const times = timesOf(await buffer(joined.open()));
  expect(times.map(({ video, payload }) => [video, payload])).toEqual([
    [0, 'program.1#1'],
    [2_000, 'program.2#1'],
  ]);
});

test('parts of different parameter sets are not joined', async () => {
  const other = fabricatePart({ part: 2, parameters: 'avcC of another size' });
  const readEither = async (part: { file: string }, range: { first: number; last: number }) =>
    part.file === other.file ? Buffer.from(other.clear.subarray(range.first, range.last + 1)) : read(part, range);
  expect(await joinParts([fabricatePart(), other], readEither)).toBeNull();
});

test('a time that does not fit is not written', () => {
  const { clear, header, fragments } = fabricatePart();
  const timescales = timescalesOf(clear.subarray(0, header.init.bytes));
  const [one] = fragments;
  const bytes = Buffer.from(clear.subarray(one?.offset ?? 0));
  expect(shiftFragment(bytes, timescales, -1_000)).toBe(false);
  expect(() => timescalesOf(Buffer.from('no box'))).toThrow(RangeError);
});
