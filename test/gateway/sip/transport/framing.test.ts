import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFramer, type Frame } from '../../../../gateway/sip/transport/framing.ts';
import { limits } from '../../../../gateway/sip/transport/wire.ts';

const message = (body: string, name = 'Content-Length') =>
  Buffer.from(`INFO sip:a SIP/2.0\r\n${name}: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
const kinds = (frames: Frame[]) => frames.map(({ kind }) => kind);

describe('cutting a TCP stream', () => {
  it('finds the same messages however the stream is cut into pieces', () => {
    const [one, two, three] = [message('họp'), message('', 'l'), message('x'.repeat(500), 'content-length')];
    const stream = Buffer.concat([one, Buffer.from('\r\n'), two, three]);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: stream.length }), { maxLength: 20 }), (cuts) => {
        const framer = createFramer();
        const ends = [...cuts.toSorted((a, b) => a - b), stream.length];
        const frames: Frame[] = [];
        let start = 0;
        for (const end of ends) {
          frames.push(...framer.push(stream.subarray(start, end)));
          start = end;
        }
        const messages = frames.flatMap((frame) => (frame.kind === 'message' ? [frame.bytes.toString()] : []));
        expect(messages).toEqual([one, two, three].map(String));
        expect(framer.pending).toBe(0);
      }),
    );
  });

  it('knows a keep-alive of two line ends from the single one that answers it (RFC 5626 §3.5.1)', () => {
    const framer = createFramer();
    expect(kinds(framer.push(Buffer.from('\r\n\r\n')))).toEqual(['ping']);
    expect(kinds(framer.push(Buffer.from('\r\n')))).toEqual([]);
    expect(kinds(framer.push(message('')))).toEqual(['message']);
    expect(kinds(framer.push(Buffer.from('\r\n')))).toEqual([]);
    expect(kinds(framer.push(Buffer.from('\r\n')))).toEqual(['ping']);
  });

  it.each([
    ['a missing length', 'INFO sip:a SIP/2.0\r\nX: y\r\n\r\n'],
    ['a negative length', 'INFO sip:a SIP/2.0\r\nContent-Length: -5\r\n\r\n'],
    ['two lengths', 'INFO sip:a SIP/2.0\r\nContent-Length: 1\r\nl: 2\r\n\r\n'],
    ['a length above the bound', `INFO sip:a SIP/2.0\r\nContent-Length: ${limits.body + 1}\r\n\r\n`],
    ['a head without an end', 'x'.repeat(limits.head + 1)],
  ])('breaks off at %s, and stays so', (_what, text) => {
    const framer = createFramer();
    expect(kinds(framer.push(Buffer.from(text)))).toEqual(['broken']);
    expect(framer.push(message(''))).toEqual([]);
    expect(framer.pending).toBe(0);
  });
});
