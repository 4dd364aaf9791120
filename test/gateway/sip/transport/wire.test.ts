import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit } from '../../../../gateway/sip/transport/admission.ts';
import { formatMessage, headerOf, limits, parseMessage, replyTo } from '../../../../gateway/sip/transport/wire.ts';
import { invalid } from '../corpus/invalid.ts';
import { valid } from '../corpus/valid.ts';

const head = [
  'Via: SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bK1;rport',
  'From: "Phòng họp" <sip:codec@10.0.0.5>;tag=a',
  'To: <sip:room1@10.0.0.1>',
  'Call-ID: 1@10.0.0.5',
  'CSeq: 1 OPTIONS',
];
const request = (lines = head, body = '', start = 'OPTIONS sip:room1@10.0.0.1 SIP/2.0') =>
  Buffer.from([start, ...lines, '', body].join('\r\n'));
const without = (name: string) => head.filter((line) => !line.startsWith(name));

describe('reading a message', () => {
  it('gives headers their long names, unfolds them, and keeps every Via apart', () => {
    const message = parseMessage(
      request([
        'v: SIP/2.0/UDP p1;branch=z9hG4bKa, SIP/2.0/UDP p2;branch=z9hG4bKb',
        'f: <sip:a@b>;tag=1',
        't: <sip:c@d>',
        'i: x',
        'cseq: 7 OPTIONS',
        'k: timer,',
        '  100rel',
        'x: 1800',
      ]),
    );
    expect(message).toMatchObject({ kind: 'request', method: 'OPTIONS', uri: 'sip:room1@10.0.0.1' });
    const headers = message?.kind === 'request' ? message.headers : [];
    expect(headers.filter(({ name }) => name === 'Via').map(({ value }) => value)).toEqual([
      'SIP/2.0/UDP p1;branch=z9hG4bKa',
      'SIP/2.0/UDP p2;branch=z9hG4bKb',
    ]);
    expect(headerOf(headers, 'CSeq')).toBe('7 OPTIONS');
    expect(headerOf(headers, 'Session-Expires')).toBe('1800');
    expect(headerOf(headers, 'Supported')).toBe('timer, 100rel');
  });

  it('counts the body in octets and drops what follows it (RFC 3261 §18.3)', () => {
    const message = parseMessage(request([...head, 'Content-Length: 6'], 'họp and more'.normalize('NFD')));
    expect(message).toMatchObject({ kind: 'request' });
    expect(Buffer.byteLength(message?.kind === 'request' ? message.body : '')).toBe(6);
  });

  it('keeps the whole body of a device whose words are no UTF-8, and whose lengths count them as they are', () => {
    const body = Buffer.concat([
      Buffer.from('s='),
      Buffer.from('bbe1d2e9cad2', 'hex'),
      Buffer.from('\r\nm=audio 1\r\n'),
    ]);
    const message = parseMessage(Buffer.concat([request([...head, `Content-Length: ${body.length}`]), body]));
    expect(message?.kind === 'request' && message.body).toMatch(/^s=.*\r\nm=audio 1\r\n$/);
  });

  it.each([
    ['no start line', Buffer.from('hello\r\n\r\n')],
    ['no end of the head', Buffer.from('OPTIONS sip:a SIP/2.0\r\nVia: x')],
    ['nothing', Buffer.alloc(0)],
    ['only line ends', Buffer.from('\r\n\r\n\r\n')],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['a request without Call-ID', request(without('Call-ID'))],
    ['a response without Via', Buffer.from(['SIP/2.0 200 OK', ...without('Via'), '', ''].join('\r\n'))],
    ['a response whose body is cut', Buffer.from(['SIP/2.0 200 OK', ...head, 'l: 9', '', 'abc'].join('\r\n'))],
  ])('drops %s', (_what, bytes) => {
    expect(parseMessage(bytes)).toBeUndefined();
  });

  it.each([
    ['a CSeq of another method', [...without('CSeq'), 'CSeq: 1 INVITE'], 400],
    ['a CSeq out of range', [...without('CSeq'), 'CSeq: 4294967296 OPTIONS'], 400],
    ['a body shorter than announced', [...head, 'Content-Length: 10'], 400],
    ['a negative length', [...head, 'Content-Length: -1'], 400],
    ['two lengths', [...head, 'Content-Length: 0', 'l: 5'], 400],
    ['a second Call-ID', [...head, 'i: other'], 400],
    ['a header without a colon', [...head, 'garbage'], 400],
    ['a control character', [...head, 'Subject: a\0b'], 400],
    ['a branch from before RFC 3261', ['Via: SIP/2.0/UDP h;branch=1', ...without('Via')], 400],
    ['no From tag', ['From: <sip:a@b>', ...without('From')], 400],
    ['a body above the bound', [...head, `Content-Length: ${limits.body + 1}`], 513],
    ['a head above the bound', [...head, `Subject: ${'x'.repeat(limits.head)}`], 513],
    ['too many headers', [...head, ...Array.from({ length: limits.headers }, () => 'X-A: b')], 513],
  ])('refuses %s', (_what, lines, status) => {
    expect(parseMessage(request(lines))).toMatchObject({ kind: 'refused', status, method: 'OPTIONS' });
  });

  it('refuses another version of SIP with 505', () => {
    expect(parseMessage(request(head, '', 'OPTIONS sip:a@b SIP/7.0'))).toMatchObject({ kind: 'refused', status: 505 });
  });

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(), (noise, at) => {
        const whole = request([...head, 'Content-Length: 3'], 'abc');
        const position = at % whole.length;
        parseMessage(Buffer.from(noise));
        parseMessage(Buffer.concat([whole.subarray(0, position), noise, whole.subarray(position)]));
        parseMessage(whole.subarray(0, position));
      }),
    );
  });
});

describe('writing a message', () => {
  it('states the length of the body in octets', () => {
    const message = parseMessage(request([...head, 'Content-Length: 0']));
    if (message?.kind !== 'request') throw new Error('not read');
    const text = formatMessage({ ...message, body: 'họp' });
    expect(text).toContain(`Content-Length: ${Buffer.byteLength('họp')}\r\n\r\nhọp`);
    expect(parseMessage(Buffer.from(text))).toMatchObject({ kind: 'request', body: 'họp' });
  });

  it('answers with the request’s own Via, From, To, Call-ID and CSeq, and a To tag (RFC 3261 §8.2.6.2)', () => {
    const message = parseMessage(request());
    if (message?.kind !== 'request') throw new Error('not read');
    const response = replyTo(message, 404, 'Not Found', 'us', [{ name: 'Allow', value: 'INVITE' }]);
    expect(response.headers.map(({ name }) => name)).toEqual(['Via', 'From', 'To', 'Call-ID', 'CSeq', 'Allow']);
    expect(headerOf(response.headers, 'To')).toBe('<sip:room1@10.0.0.1>;tag=us');
  });
});

describe('the corpus', () => {
  /** The answer that reading and admitting alone decide upon; `undefined` where it goes on to the library. */
  function answerTo(bytes: Buffer): number | 'silence' | undefined {
    const message = parseMessage(bytes);
    if (!message) return 'silence';
    if (message.kind === 'refused') return message.status;
    if (message.kind === 'response') return undefined;
    const admitted = admit(message);
    return admitted.kind === 'refusal' ? admitted.status : undefined;
  }

  it.each(valid.map(({ name, octets }) => [name, octets] as const))('lets %s through', (_name, octets) => {
    expect(answerTo(octets('x1'))).toBeUndefined();
  });

  it.each(invalid.map(({ name, octets, outcome }) => [name, octets, outcome] as const))(
    'answers %s as it should, or leaves it to those who know the calls',
    (_name, octets, outcome) => {
      expect([outcome, undefined]).toContain(answerTo(octets('x1')));
    },
  );

  it('decides the greater part by itself', () => {
    const decided = invalid.filter(({ octets }) => answerTo(octets('x1')) !== undefined);
    expect(decided.length).toBeGreaterThan(invalid.length / 2);
  });
});
