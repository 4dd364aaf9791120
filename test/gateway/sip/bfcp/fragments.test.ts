import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encode } from '../../../../gateway/sip/bfcp/codec.ts';
import { fragment, Reassembler } from '../../../../gateway/sip/bfcp/fragments.ts';
import type { Message } from '../../../../gateway/sip/bfcp/messages.ts';

const long = (transactionId: number, texts = 20): Buffer => {
  const attributes = Array.from({ length: texts }, (_, index) => ({
    name: 'errorInfo' as const,
    text: `${index} `.padEnd(200, 'x'),
  }));
  const message: Message = {
    version: 2,
    responder: false,
    primitive: 'Error',
    conferenceId: 1,
    transactionId,
    userId: 3,
    attributes,
  };
  return encode(message, 'udp');
};

describe('fragments', () => {
  it('leaves short messages whole, and cuts long ones into datagrams that say what they are', () => {
    const whole = long(1);
    expect(fragment(whole, whole.length)).toEqual([whole]);
    const pieces = fragment(whole);
    expect(pieces.length).toBeGreaterThan(3);
    for (const piece of pieces) {
      expect(piece.length).toBeLessThanOrEqual(1_200);
      expect(piece.readUInt8(0)).toBe(0x48); // version 2, F
      expect(piece.readUInt16BE(2)).toBe(whole.readUInt16BE(2)); // the length of the whole
    }
  });

  it('puts them together in any order, with repetitions, of several messages at once', () => {
    const wholes = [long(1), long(2), long(3)];
    const pieces = wholes.flatMap((whole) => fragment(whole, 300));
    fc.assert(
      fc.property(fc.shuffledSubarray(pieces, { minLength: pieces.length }), fc.subarray(pieces), (order, again) => {
        const reassembler = new Reassembler();
        const early = again.flatMap((piece) => reassembler.push(piece) ?? []);
        const late = order.flatMap((piece) => reassembler.push(piece) ?? []);
        const complete = new Set([...early, ...late].map((bytes) => bytes.toString('hex')));
        expect(complete).toEqual(new Set(wholes.map((bytes) => bytes.toString('hex'))));
      }),
      { numRuns: 30 },
    );
  });

  it('keeps few unfinished messages, and none that claims to be huge', () => {
    const reassembler = new Reassembler();
    const [first, ...others] = [1, 2, 3, 4, 5].map((id) => fragment(long(id)));
    for (const pieces of [first, ...others]) reassembler.push(pieces?.[0] ?? Buffer.alloc(0));
    const rest = (pieces: Buffer[] = []) => pieces.slice(1).flatMap((piece) => reassembler.push(piece) ?? []);
    expect(others.flatMap(rest)).toHaveLength(4);
    expect(rest(first)).toEqual([]);
    const huge = Buffer.from(first?.[0] ?? []);
    huge.writeUInt16BE(0xffff, 2);
    expect(new Reassembler().push(huge)).toBeUndefined();
  });

  it('takes anything without throwing', () => {
    const reassembler = new Reassembler();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        const bytes = Buffer.from(noise);
        if (bytes.length > 0) bytes.writeUInt8(0x48, 0);
        reassembler.push(bytes);
      }),
    );
  });
});
