import fc from 'fast-check';
import { expect, test } from 'vitest';
import { playlistOf, progressOf, segmentsOf } from '../../../server/recordings/playlist.ts';
import { fabricatePart } from './fabricate.ts';

const START = 1_767_574_800_000;
const urlOf = (file: string) => `files/${file}`;
const first = fabricatePart({ fragments: 3, startedAt: START });
const second = fabricatePart({ fragments: 2, startedAt: START + 60_000, part: 2 });

test('a recording of two parts', () => {
  const [a, b, c] = first.fragments;
  const lines = playlistOf([first, second], { live: false, urlOf }).trimEnd().split('\n');
  expect(lines.slice(0, 5)).toEqual([
    ...['#EXTM3U', '#EXT-X-VERSION:9', '#EXT-X-TARGETDURATION:6', '#EXT-X-PLAYLIST-TYPE:VOD'],
    '#EXT-X-INDEPENDENT-SEGMENTS',
  ]);
  expect(lines.slice(5)).toEqual([
    `#EXT-X-MAP:URI="files/program.1.mp4",BYTERANGE="${first.header.init.bytes}@0"`,
    '#EXT-X-PROGRAM-DATE-TIME:2026-01-05T01:00:00.000Z',
    ...['#EXTINF:4.000,', `#EXT-X-BYTERANGE:${(a?.bytes ?? 0) + (b?.bytes ?? 0)}@${a?.offset}`, 'files/program.1.mp4'],
    ...['#EXTINF:2.000,', `#EXT-X-BYTERANGE:${c?.bytes}@${c?.offset}`, 'files/program.1.mp4'],
    '#EXT-X-DISCONTINUITY',
    `#EXT-X-MAP:URI="files/program.2.mp4",BYTERANGE="${second.header.init.bytes}@0"`,
    '#EXT-X-PROGRAM-DATE-TIME:2026-01-05T01:01:00.000Z',
    ...['#EXTINF:4.000,', expect.stringMatching(/^#EXT-X-BYTERANGE:/), 'files/program.2.mp4'],
    '#EXT-X-ENDLIST',
  ]);
});

test('while it runs the list only grows, and the newest fragment is in it', () => {
  const parts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(parts, (counts) => {
      let before: string[] = [];
      for (let written = 1; written <= counts.length; written += 1) {
        for (let fragments = 1; fragments <= (counts[written - 1] ?? 0); fragments += 1) {
          const sizes = [...counts.slice(0, written - 1), fragments];
          const now = sizes.map((count, i) => fabricatePart({ fragments: count, part: i + 1 }));
          const text = playlistOf(now, { live: true, urlOf });
          const segments = text.split('\n').filter((line) => /^#EXT-X-BYTERANGE|^#EXTINF/.test(line));
          expect(segments.slice(0, before.length)).toEqual(before);
          expect(progressOf(now).segments * 2).toBe(segments.length);
          const newest = now.at(-1)?.fragments.at(-1);
          expect(text).toContain(`BYTERANGE="${newest?.bytes}@${newest?.offset}",INDEPENDENT=YES`);
          expect(text).toMatch(/CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=6\.000\n#EXT-X-PART-INF:PART-TARGET=2\.000\n/);
          before = segments;
        }
      }
    }),
  );
});

test('a segment begins with a key frame, is one stretch of bytes, and none is lost', () => {
  const keys = fc.array(fc.boolean(), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(keys, fc.boolean(), (flags, growing) => {
      const { fragments } = fabricatePart({ fragments: flags.length });
      const given = fragments.map((one, i) => ({ ...one, key: i === 0 || flags[i] === true }));
      const { segments, rest } = segmentsOf(given, growing);
      expect([...segments.flatMap((segment) => segment.fragments), ...rest]).toEqual(given);
      for (const { fragments: of, offset, bytes } of segments) {
        expect(of[0]?.key).toBe(true);
        const last = of.at(-1);
        expect(offset + bytes).toBe((last?.offset ?? 0) + (last?.bytes ?? 0));
      }
      if (!growing) expect(rest).toEqual([]);
    }),
  );
});
