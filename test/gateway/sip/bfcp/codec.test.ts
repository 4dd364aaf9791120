import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bounds, decode, encode } from '../../../../gateway/sip/bfcp/codec.ts';
import { describeRequest } from '../../../../gateway/sip/bfcp/floor.ts';
import { errorMessage, helloAck, type Message } from '../../../../gateway/sip/bfcp/messages.ts';
import { message as anyMessage } from './arbitrary.ts';

const hex = (text: string) => Buffer.from(text.replace(/\s|\|/g, ''), 'hex');
const message = (rest: Partial<Message>): Message => ({
  version: 2,
  responder: false,
  primitive: 'Hello',
  conferenceId: 1,
  transactionId: 7,
  userId: 3,
  attributes: [],
  ...rest,
});

describe('BFCP on the wire', () => {
  it('puts version, R, primitive, length in words, conference, transaction and user into 12 octets (5.1)', () => {
    expect(encode(message({ responder: true, conferenceId: 0x01020304 }), 'udp')).toEqual(
      //  010 version 2 | 1 R | 0 F | 000, Hello, no payload
      hex('50 0b 0000 | 01020304 | 0007 0003'),
    );
    expect(encode(message({ version: 1, responder: true }), 'tcp')).toEqual(hex('20 0b 0000 | 00000001 | 0007 0003'));
  });

  it('writes a granted request as devices expect it', () => {
    const information = describeRequest({ floorRequestId: 9, status: 'granted', userId: 3, name: 'An' }, 2);
    expect(encode(message({ primitive: 'FloorRequestStatus', attributes: [information] }), 'udp')).toEqual(
      hex(
        `40 04 0007 | 00000001 | 0007 0003
        1f 1c 0009                 FLOOR-REQUEST-INFORMATION (15, M), 28 octets, request 9
        25 08 0009 | 0b 04 03 00   OVERALL-REQUEST-STATUS (18, M) with REQUEST-STATUS (5, M) granted, first in the queue
        23 08 0002 | 0b 04 03 00   FLOOR-REQUEST-STATUS (17, M) of floor 2
        1d 08 0003 | 18 04 416e    BENEFICIARY-INFORMATION (14, M) of user 3, USER-DISPLAY-NAME (12) An`.replace(
          /(?<=[0-9a-f]{2}) {2,}[A-Z].*$/gm,
          '',
        ),
      ),
    );
  });

  it('reads what it writes, over UDP and over TCP', () => {
    fc.assert(
      fc.property(anyMessage, (any) => {
        expect(decode(encode(any, 'udp'), 'udp')).toEqual({ kind: 'message', message: any });
        const onStream: Message = { ...any, version: 1, responder: false };
        expect(decode(encode(onStream, 'tcp'), 'tcp')).toEqual({ kind: 'message', message: onStream });
      }),
    );
  });

  it('takes anything without throwing', () => {
    const header = fc.record({
      primitive: fc.nat(20),
      words: fc.nat(20),
      version: fc.constantFrom(0x20, 0x40, 0x50, 0x60),
    });
    fc.assert(
      fc.property(
        header,
        fc.uint8Array({ maxLength: 80 }),
        fc.boolean(),
        ({ primitive, words, version }, noise, honest) => {
          const payload = Buffer.from(noise.subarray(0, Math.floor(noise.length / 4) * 4));
          const head = Buffer.from([
            version,
            primitive,
            0,
            honest ? payload.length / 4 : words,
            0,
            0,
            0,
            1,
            0,
            1,
            0,
            1,
          ]);
          const decoded = decode(Buffer.concat([head, payload]), 'udp');
          if (decoded.kind !== 'message') return;
          // What was understood can be said again, and then means the same.
          expect(decode(encode(decoded.message, 'udp'), 'udp')).toMatchObject({ kind: 'message' });
        },
      ),
      { numRuns: 500 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (noise) => void decode(Buffer.from(noise), 'tcp')));
  });

  it.each([
    ['a version of tomorrow', '60 0b 0000 00000001 0007 0003', 'unsupportedVersion', []],
    ['version 2 over TCP', '40 0b 0000 00000001 0007 0003', 'unsupportedVersion', []],
    ['a length that is not true', '20 0b 0002 00000001 0007 0003 05040002', 'incorrectMessageLength', []],
    ['a chair, which no room has', '20 09 0000 00000001 0007 0003', 'unknownPrimitive', []],
    ['an attribute longer than the message', '20 01 0001 00000001 0007 0003 05080002', 'unableToParse', []],
    ['an attribute shorter than itself', '20 01 0001 00000001 0007 0003 05010002', 'unableToParse', []],
    [
      'unknown attributes that must be understood',
      '20 01 0003 00000001 0007 0003 05040002 c9040000 c7040000',
      'unknownMandatoryAttribute',
      [0xc8, 0xc6],
    ],
    [
      'such an attribute within another',
      '20 04 0002 00000001 0007 0003 1f080009 c9040000',
      'unknownMandatoryAttribute',
      [0xc8],
    ],
  ] as const)('refuses %s', (_what, octets, code, details) => {
    expect(decode(hex(octets), 'tcp')).toMatchObject({ kind: 'refused', code, details });
  });

  it('passes over unknown attributes that need not be understood, and over missing padding at the end', () => {
    expect(decode(hex('20 01 0002 00000001 0007 0003 c8040000 05040002'), 'tcp')).toMatchObject({
      message: { attributes: [{ name: 'floorId', id: 2 }] },
    });
  });

  it('bounds nesting', () => {
    let payload = hex('05040002');
    for (let depth = 0; depth <= bounds.depth; depth += 1) {
      payload = Buffer.concat([Buffer.from([0x1f, payload.length + 4, 0, 1]), payload]);
    }
    const head = Buffer.from([0x20, 4, 0, payload.length / 4, 0, 0, 0, 1, 0, 7, 0, 3]);
    expect(decode(Buffer.concat([head, payload]), 'tcp')).toMatchObject({ kind: 'refused', code: 'unableToParse' });
  });

  it('cuts long texts between characters', () => {
    const attributes = [{ name: 'errorInfo' as const, text: 'ế'.repeat(100) }];
    const decoded = decode(encode(message({ attributes }), 'udp'), 'udp');
    expect(decoded).toMatchObject({ message: { attributes: [{ text: 'ế'.repeat(84) }] } });
  });

  it('finds room for the longest names in the description of a request', () => {
    const information = describeRequest({ floorRequestId: 9, status: 'granted', userId: 3, name: '🏛'.repeat(200) }, 2);
    const status = message({ primitive: 'FloorStatus', attributes: [information] });
    expect(decode(encode(status, 'udp'), 'udp')).toEqual({ kind: 'message', message: status });
    expect(information).toMatchObject({ attributes: [{}, {}, { attributes: [{ text: '🏛'.repeat(50) }] }] });
  });

  it('knows the numbers of the drafts where version 1 comes over UDP, and those of Tandberg', () => {
    const ack = message({ version: 1, primitive: 'FloorStatusAck' });
    expect(encode(ack, 'udp').readUInt8(1)).toBe(16);
    expect(encode({ ...ack, version: 2 }, 'udp').readUInt8(1)).toBe(15);
    const primitives = [0x10, 0x11, 0x5b, 0x5d].map((number) => {
      const decoded = decode(Buffer.concat([Buffer.from([0x20, number]), encode(ack, 'udp').subarray(2)]), 'udp');
      return decoded.kind === 'message' ? decoded.message.primitive : decoded.kind;
    });
    expect(primitives).toEqual(['FloorStatusAck', 'Goodbye', 'FloorRequestStatusAck', 'FloorStatusAck']);
  });

  it('lists what we understand in a HelloAck, and unknown attributes in an Error', () => {
    const ack = decode(encode(message({ ...helloAck, responder: true }), 'udp'), 'udp');
    expect(ack).toMatchObject({ message: { attributes: [{ primitives: expect.arrayContaining([1, 8, 17]) }, {}] } });
    const error = encode(message(errorMessage('unknownMandatoryAttribute', [0xc8])), 'udp');
    expect(error.subarray(bounds.header)).toEqual(hex('0d 04 04 c8'));
  });
});
