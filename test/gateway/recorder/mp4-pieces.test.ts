import { describe, expect, test } from 'vitest';
import { Mp4Pieces } from '../../../gateway/recorder/mp4-pieces.ts';
import type { Piece } from '../../../gateway/recorder/pieces.ts';
import { boxesAt, readTime } from '../../../server/recordings/boxes.ts';

const uint32 = (...values: number[]) => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
};
const box = (type: string, ...content: Buffer[]) => {
  const bytes = Buffer.concat(content);
  return Buffer.concat([uint32(8 + bytes.length), Buffer.from(type, 'latin1'), bytes]);
};
const VIDEO = { trackId: 1, timescale: 90_000 };
const AUDIO = { trackId: 2, timescale: 48_000 };

const avc1 = () => {
  const entry = Buffer.alloc(78);
  entry.writeUInt16BE(640, 24);
  entry.writeUInt16BE(360, 26);
  return box('avc1', entry, box('avcC', Buffer.from([1, 0x42, 0xc0, 0x1e])));
};
const trak = ({ trackId, timescale }: typeof VIDEO, entry: Buffer) =>
  box(
    'trak',
    box('tkhd', uint32(0, 0, 0, trackId)),
    box('mdia', box('mdhd', uint32(0, 0, 0, timescale)), box('minf', box('stbl', box('stsd', uint32(0, 1), entry)))),
  );
const ftyp = box('ftyp', Buffer.from('isom'));
const head = Buffer.concat([ftyp, box('moov', trak(VIDEO, avc1()), trak(AUDIO, box('mp4a', Buffer.alloc(28))))]);

/** As the muxer writes it: one track in each `moof`, of samples of the same length. */
function fragment(track: typeof VIDEO, atMs: number, ms: number, payload: string, isKey = true): Buffer {
  const ticks = (time: number) => (time * track.timescale) / 1000;
  const tfhd = box('tfhd', uint32(0, track.trackId));
  const tfdt = box('tfdt', uint32(0x01000000, 0, ticks(atMs)));
  // Offset of the samples, flags of the first, durations (8.8.8).
  const trun = box('trun', uint32(0x105, 2, 999, isKey ? 0 : 0x01_00_00, ticks(ms / 2), ticks(ms / 2)));
  return Buffer.concat([
    box('moof', box('mfhd', uint32(0, 7)), box('traf', tfhd, tfdt, trun)),
    box('mdat', Buffer.from(payload)),
  ]);
}

function pieces(bytes: Buffer, step = bytes.length, offsets = { video: 0, audio: 0 }): Piece[] {
  const reader = new Mp4Pieces(() => offsets);
  const found: Piece[] = [];
  for (let at = 0; at < bytes.length; at += step)
    found.push(...reader.push(Buffer.from(bytes.subarray(at, at + step))));
  return [...found, ...reader.end()];
}

const stream = Buffer.concat([
  head,
  fragment(VIDEO, 0, 500, 'picture 1'),
  fragment(AUDIO, 0, 500, 'sound 1'),
  fragment(VIDEO, 500, 500, 'picture 2', false),
  fragment(AUDIO, 500, 500, 'sound 2'),
  box('mfra', Buffer.alloc(4)),
]);

describe('what a muxer delivers', () => {
  test('begins with what a player needs first, and says what is in it', () => {
    const [init] = pieces(stream);
    expect(init).toMatchObject({ piece: 'init', codecs: 'avc1.42c01e,mp4a.40.2', width: 640, height: 360 });
    expect(init?.bytes).toEqual(head);
  });

  test('picture and sound of one time become one fragment', () => {
    const [, ...fragments] = pieces(stream);
    expect(fragments).toMatchObject([
      { piece: 'fragment', at: 0, ms: 500, key: true },
      { piece: 'fragment', at: 500, ms: 500, key: false },
    ]);
    for (const [index, { bytes }] of fragments.entries()) {
      expect(bytes.toString('latin1')).toContain(`picture ${index + 1}sound ${index + 1}`);
      expect(boxesAt(bytes, ['moof', 'mfhd']).map(({ start }) => bytes.readUInt32BE(start + 4))).toEqual([index + 1]);
      // Each track's samples are where its run says, counted from the `moof` (8.8.7).
      const runs = boxesAt(bytes, ['moof', 'traf', 'trun']);
      const names = runs.map(({ start }) => bytes.toString('latin1', bytes.readInt32BE(start + 8)).slice(0, 5));
      expect(names).toEqual(['pictu', 'sound']);
      const flags = boxesAt(bytes, ['moof', 'traf', 'tfhd']).map(({ start }) => bytes.readUIntBE(start + 1, 3));
      expect(flags).toEqual([0x02_00_00, 0x02_00_00]);
    }
  });

  test.each([1, 7, 1000])('in packets of %d bytes as well', (step) => {
    expect(pieces(stream, step)).toEqual(pieces(stream));
  });

  test('each track begins when the engine says that it began', () => {
    const [, first] = pieces(stream, stream.length, { video: 40_000, audio: 0 });
    const bytes = first?.bytes ?? Buffer.alloc(0);
    expect(boxesAt(bytes, ['moof', 'traf', 'tfdt']).map((tfdt) => readTime(bytes, tfdt))).toEqual([3600, 0]);
    expect(first).toMatchObject({ at: 40, ms: 500 });
  });

  test('at the end, one track alone is a fragment too', () => {
    const found = pieces(Buffer.concat([head, fragment(VIDEO, 0, 500, 'picture'), fragment(VIDEO, 500, 500, 'last')]));
    expect(found.slice(1)).toMatchObject([{ at: 0 }, { at: 500, key: true }]);
  });

  test('what is cut off within a fragment is left out', () => {
    const torn = Buffer.concat([head, fragment(VIDEO, 0, 500, 'a'), fragment(AUDIO, 0, 500, 'b')]);
    expect(pieces(Buffer.concat([torn, fragment(VIDEO, 500, 500, 'c').subarray(0, -1)]))).toEqual(pieces(torn));
  });
});

test('what is no MP4 is refused', () => {
  expect(() => pieces(Buffer.from('this is not an MP4 at all'))).toThrow(RangeError);
  expect(() => pieces(Buffer.concat([head, fragment({ trackId: 3, timescale: 1000 }, 0, 1, '')]))).toThrow(RangeError);
});
