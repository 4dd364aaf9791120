/** Messages that are wrong, or ask for what we do not give, in the spirit of RFC 4475 §3.1.2, §3.2 and §3.3. */
import { type CorpusMessage, invite, request, sdp, text } from './message.ts';

const inDialog = { To: ['To: <sip:room1@127.0.0.1>;tag=nobody'] };
const length = (value: string) => ({ 'Content-Length': [`Content-Length: ${value}`] });

/** The syntax is wrong: 400, or silence where no answer could be addressed. */
const malformed: CorpusMessage[] = [
  {
    name: 'noise',
    octets: () => Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0xff, 0xfe, 0x00, 0x80]),
    outcome: 'silence',
  },
  { name: 'HTTP', octets: text(['GET / HTTP/1.1', 'Host: {id}']), outcome: 'silence', onStream: 'closed' },
  {
    name: 'lines that end in LF alone',
    octets: (id) => Buffer.from(request({})(id).toString().replaceAll('\r\n', '\n')),
    outcome: 'silence',
  },
  { name: 'a head that never ends', octets: (id) => request({})(id).subarray(0, 120), outcome: 'silence' },
  { name: 'no Via', octets: request({ replace: { Via: [] } }), outcome: 'silence' },
  {
    name: 'an unreadable Via',
    octets: request({ replace: { Via: ['Via: SIP/2.0/UDP ;branch=z9hG4bK{id}'] } }),
    outcome: 'silence',
  },
  { name: 'no From', octets: request({ replace: { From: [] } }), outcome: 'silence' },
  { name: 'no To', octets: request({ replace: { To: [] } }), outcome: 'silence' },
  { name: 'no Call-ID', octets: request({ replace: { 'Call-ID': [] } }), outcome: 'silence' },
  { name: 'no CSeq', octets: request({ replace: { CSeq: [] } }), outcome: 'silence' },
  {
    name: 'an answer with a status beyond all',
    octets: request({ start: 'SIP/2.0 4294967301 OK' }),
    outcome: 'silence',
  },
  { name: 'a blank within the Request-URI', octets: request({ uri: 'sip:room1@127.0.0.1; lr' }), outcome: 400 },
  { name: 'a Request-URI in brackets', octets: request({ uri: '<sip:room1@127.0.0.1>' }), outcome: 416 },
  { name: 'a Request-URI without a host', octets: request({ uri: 'sip:room1@' }), outcome: 400 },
  { name: 'a CSeq of another method', octets: request({ replace: { CSeq: ['CSeq: 7 INVITE'] } }), outcome: 400 },
  {
    name: 'a CSeq beyond its bound',
    octets: request({ replace: { CSeq: ['CSeq: 2147483648 OPTIONS'] } }),
    outcome: 400,
  },
  { name: 'a negative CSeq', octets: request({ replace: { CSeq: ['CSeq: -1 OPTIONS'] } }), outcome: 400 },
  { name: 'two From headers', octets: request({ more: ['From: <sip:other@127.0.0.1>;tag=2'] }), outcome: 400 },
  { name: 'From without a tag', octets: request({ replace: { From: ['From: <sip:codec@127.0.0.1>'] } }), outcome: 400 },
  {
    name: 'quotes in From that never close',
    octets: request({ replace: { From: ['From: "codec <sip:codec@127.0.0.1>;tag={id}'] } }),
    outcome: 400,
  },
  {
    name: 'brackets in To that never close',
    octets: request({ replace: { To: ['To: "room" <sip:room1@127.0.0.1'] } }),
    outcome: 400,
  },
  {
    name: 'a branch from before RFC 3261',
    octets: request({ replace: { Via: ['Via: SIP/2.0/UDP 127.0.0.1:9;branch={id};rport'] } }),
    outcome: 400,
  },
  { name: 'a header without a name', octets: request({ more: [': nothing'] }), outcome: 400 },
  { name: 'a NUL within a header', octets: request({ more: ['Subject: a\0b'] }), outcome: 400 },
  { name: 'an INVITE with no Contact', octets: invite({ replace: { Contact: [] } }), outcome: 400 },
  {
    name: 'an INVITE with a Contact that is none',
    octets: invite({ replace: { Contact: ['Contact: ,,;;<'] } }),
    outcome: 400,
  },
  { name: 'a body that is cut', octets: request({ replace: length('30') }), outcome: 400, onStream: 'silence' },
  { name: 'a negative length', octets: request({ replace: length('-999') }), outcome: 400, onStream: 'closed' },
  {
    name: 'a length that is no number',
    octets: request({ replace: length('many') }),
    outcome: 400,
    onStream: 'closed',
  },
  { name: 'two lengths', octets: request({ more: ['l: 3'] }), outcome: 400, onStream: 'closed' },
  { name: 'a length beyond all', octets: request({ replace: length('999999') }), outcome: 513, onStream: 'closed' },
  {
    name: 'no length, which only a datagram may lack',
    octets: request({ replace: { 'Content-Length': [] } }),
    outcome: 200,
    onStream: 'closed',
  },
  {
    name: 'a head beyond all',
    octets: request({ more: [`X-Long: ${'x'.repeat(17_000)}`] }),
    outcome: 513,
    onStream: 'closed',
  },
  {
    name: 'too many headers',
    octets: request({ replace: { Contact: Array.from({ length: 140 }, (_, index) => `X-${index}: y`) } }),
    outcome: 513,
  },
];

/** The syntax is right, but it asks for what there is not. */
const refused: CorpusMessage[] = [
  { name: 'another version of SIP', octets: request({ start: 'OPTIONS sip:room1@127.0.0.1 SIP/7.0' }), outcome: 505 },
  { name: 'a telephone number', octets: request({ uri: 'tel:+842083123456' }), outcome: 416 },
  { name: 'sips: in the clear', octets: request({ uri: 'sips:room1@127.0.0.1' }), outcome: 416 },
  { name: 'a scheme nobody knows', octets: request({ uri: 'nobody.knows:this' }), outcome: 416 },
  { name: 'an extension nobody knows', octets: invite({ more: ['Require: timer, x-unheard-of'] }), outcome: 420 },
  {
    name: 'a body nobody knows',
    octets: invite({ replace: { 'Content-Type': ['Content-Type: application/x-other'] } }),
    outcome: 415,
  },
  { name: 'a body that is packed', octets: invite({ more: ['Content-Encoding: gzip'] }), outcome: 415 },
  { name: 'a method nobody knows', octets: request({ method: "NEW-METHOD!*'~" }), outcome: 405 },
  { name: 'a method in small letters', octets: request({ method: 'options' }), outcome: 405 },
  {
    name: 'SUBSCRIBE',
    octets: request({ method: 'SUBSCRIBE', more: ['Event: presence', 'Expires: 60'] }),
    outcome: 405,
  },
  { name: 'MESSAGE', octets: request({ method: 'MESSAGE' }), outcome: 405 },
  { name: 'PUBLISH', octets: request({ method: 'PUBLISH' }), outcome: 405 },
  { name: 'REFER', octets: request({ method: 'REFER', more: ['Refer-To: <sip:premium@example.com>'] }), outcome: 403 },
  {
    name: 'REFER within no dialog of ours',
    octets: request({ method: 'REFER', replace: inDialog, more: ['Refer-To: <sip:a@b>'] }),
    outcome: 403,
  },
  { name: 'BYE to no call', octets: request({ method: 'BYE', replace: inDialog }), outcome: 481 },
  { name: 'INFO to no call', octets: request({ method: 'INFO', replace: inDialog }), outcome: 481 },
  { name: 'UPDATE to no call', octets: request({ method: 'UPDATE', replace: inDialog, body: sdp }), outcome: 481 },
  {
    name: 'PRACK to no call',
    octets: request({ method: 'PRACK', replace: inDialog, more: ['RAck: 1 7 INVITE'] }),
    outcome: 481,
  },
  { name: 'CANCEL of nothing', octets: request({ method: 'CANCEL' }), outcome: 481 },
  { name: 'a re-INVITE to no call', octets: invite({ replace: inDialog }), outcome: 481 },
  { name: 'ACK to no call', octets: request({ method: 'ACK', replace: inDialog }), outcome: 'silence' },
  { name: 'a call to where nobody is', octets: invite({ uri: 'sip:elsewhere@127.0.0.1' }), outcome: 404 },
];

export const invalid: CorpusMessage[] = [...malformed, ...refused];
