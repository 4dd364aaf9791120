import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encode } from '../../../../gateway/sip/bfcp/codec.ts';
import { createFramer } from '../../../../gateway/sip/bfcp/framing.ts';
import { message as anyMessage } from './arbitrary.ts';

describe('BFCP in a byte stream', () => {
  it('finds the same messages however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(anyMessage, { maxLength: 5 }),
        fc.array(fc.nat(2_000), { maxLength: 8 }),
        (messages, cuts) => {
          const wholes = messages.map((message) => encode({ ...message, version: 1 }, 'tcp'));
          const stream = Buffer.concat(wholes);
          const ends = [...cuts.filter((cut) => cut < stream.length).toSorted((a, b) => a - b), stream.length];
          const framer = createFramer();
          const found = ends.flatMap((end, index) => framer.push(stream.subarray(ends[index - 1] ?? 0, end)) ?? []);
          expect(found).toEqual(wholes);
        },
      ),
    );
  });

  it('gives up on what is no BFCP of version 1, or claims to be huge, after what came before', () => {
    const good = Buffer.from([0x20, 0x0b, 0, 0, 0, 0, 0, 1, 0, 7, 0, 3]);
    for (const bad of [Buffer.from('GET / HTTP/1.1\r\n'), Buffer.from([0x20, 1, 0xff, 0xff])]) {
      const framer = createFramer();
      expect(framer.push(Buffer.concat([good, bad]))).toEqual([good]);
      expect(framer.push(good)).toBeUndefined();
      expect(createFramer().push(bad)).toBeUndefined();
    }
  });
});
