import { describe, expect, test } from 'vitest';
import type { Piece } from '../../../gateway/recorder/pieces.ts';
import { WebmPieces } from '../../../gateway/recorder/webm-pieces.ts';

const bytesOf = (value: number): Buffer => {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
};
/** With a size of eight bytes (RFC 8794 6), or an unknown one. */
const element = (id: number, content: Buffer | 'open') => {
  const size = Buffer.alloc(8, 0xff);
  size[0] = 0x01;
  if (content !== 'open') size.writeUIntBE(content.length, 2, 6);
  if (content !== 'open') size[1] = 0;
  return Buffer.concat([bytesOf(id), size, content === 'open' ? Buffer.alloc(0) : content]);
};
const track = (number: number, codec: string, more: Buffer = Buffer.alloc(0)) =>
  element(0xae, Buffer.concat([element(0xd7, bytesOf(number)), element(0x86, Buffer.from(codec)), more]));
const size = element(0xe0, Buffer.concat([element(0xb0, bytesOf(640)), element(0xba, bytesOf(360))]));
const ebml = element(0x1a45dfa3, Buffer.from('webm'));
const beginning = (...tracks: Buffer[]) =>
  Buffer.concat([ebml, element(0x18538067, 'open'), element(0x1654ae6b, Buffer.concat(tracks))]);
const both = beginning(track(1, 'V_VP8', size), track(2, 'A_OPUS'));
const cluster = (at: number, ...blocks: Buffer[]) =>
  Buffer.concat([element(0x1f43b675, 'open'), element(0xe7, bytesOf(at)), ...blocks]);
/** RFC 9559 10.2. */
const block = (number: number, at: number, isKey: boolean, payload = 'x') =>
  element(
    0xa3,
    Buffer.concat([Buffer.from([0x80 | number, at >> 8, at & 255, isKey ? 0x80 : 0]), Buffer.from(payload)]),
  );

function pieces(bytes: Buffer, step = bytes.length): Piece[] {
  const reader = new WebmPieces();
  const found: Piece[] = [];
  for (let at = 0; at < bytes.length; at += step) found.push(...reader.push(bytes.subarray(at, at + step)));
  return [...found, ...reader.end()];
}

const stream = Buffer.concat([
  both,
  cluster(0, block(1, 0, true), block(2, 0, true), block(1, 480, false)),
  cluster(500, block(2, 0, true), block(1, 20, false)),
]);

describe('what a muxer delivers', () => {
  test('begins with what a player needs first, and says what is in it', () => {
    const [init] = pieces(stream);
    expect(init).toMatchObject({ piece: 'init', codecs: 'vp8,opus', width: 640, height: 360, bytes: both });
  });

  test('its clusters are the fragments; together with the beginning they are the file', () => {
    const found = pieces(stream);
    expect(found.slice(1)).toMatchObject([
      { at: 0, ms: 500, key: true },
      { at: 500, ms: 40, key: false },
    ]);
    expect(Buffer.concat(found.map(({ bytes }) => bytes))).toEqual(stream);
  });

  test.each([1, 5, 64])('in packets of %d bytes as well', (step) => {
    expect(pieces(stream, step)).toEqual(pieces(stream));
  });

  test('pictures before the first key frame are left out, sound is not', () => {
    const early = cluster(0, block(1, 0, false, 'early'), block(2, 5, true, 'sound'));
    const found = pieces(
      Buffer.concat([both, early, cluster(500, block(1, 0, true, 'key'), block(1, 40, false, 'next'))]),
    );
    const text = Buffer.concat(found.map(({ bytes }) => bytes)).toString('latin1');
    expect(['early', 'sound', 'key', 'next'].map((word) => text.includes(word))).toEqual([false, true, true, true]);
    expect(found.slice(1)).toMatchObject([{ key: true }, { at: 500, key: true }]);
  });

  test('a block in a group counts as well', () => {
    const inner = Buffer.concat([Buffer.from([0x81, 0, 100, 0x80]), Buffer.from('x')]);
    const group = element(0xa0, element(0xa1, inner));
    expect(pieces(Buffer.concat([both, cluster(0, block(1, 0, true), group)])).at(-1)).toMatchObject({ ms: 120 });
  });

  test('sound alone can be begun with anywhere', () => {
    const alone = beginning(track(1, 'A_OPUS'));
    const found = pieces(Buffer.concat([alone, cluster(0, block(1, 0, true)), cluster(500, block(1, 0, true))]));
    expect(found).toMatchObject([{ codecs: 'opus' }, { key: true }, { key: true }]);
    expect(found[0]).not.toHaveProperty('width');
  });
});

test('what is no WebM is refused', () => {
  expect(() => pieces(Buffer.from([0, 1, 2, 3, 4, 5]))).toThrow(RangeError);
  expect(() => pieces(Buffer.concat([both, cluster(0, element(0xa3, 'open'))]))).toThrow(RangeError);
});
