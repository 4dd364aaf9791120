/** Messages that look odd but are right, in the spirit of RFC 4475 §3.1: a codec may send them any day. */
import { type CorpusMessage, invite, request, sdp } from './message.ts';

const parts = [
  '--edge',
  'Content-Type: text/plain',
  '',
  'hello',
  '--edge',
  'content-type : application/sdp',
  '',
  sdp.trimEnd(),
  '--edge--',
  '',
].join('\r\n');

export const valid: CorpusMessage[] = [
  { name: 'a plain OPTIONS', octets: request({}), outcome: 200 },
  { name: 'a plain INVITE', octets: invite({}), outcome: 200 },
  { name: 'an INVITE without an offer', octets: request({ method: 'INVITE' }), outcome: 200 },
  {
    name: 'short names, folded lines and blanks wherever they may stand',
    octets: invite({
      replace: {
        Via: ['v:  SIP  / 2.0  / UDP  127.0.0.1:9 ;rport ;\r\n  branch=z9hG4bK{id}'],
        From: ['f   :\t"Codec"\r\n\t<sip:codec@127.0.0.1>  ;  tag={id}'],
        To: ['t: sip:room1@127.0.0.1'],
        'Call-ID': ['i:{id}@127.0.0.1'],
        CSeq: ['cseq:  0007\t INVITE'],
        Contact: ['m:\r\n <sip:codec@127.0.0.1:9>'],
        'Content-Type': ['c: application/sdp'],
        'Content-Length': [`l: ${sdp.length}`],
      },
    }),
    outcome: 200,
  },
  {
    name: 'names and phrases in Vietnamese, quotes and brackets within quotes',
    octets: invite({
      replace: { From: ['From: "Phòng họp \\"A\\" <tầng 2>, 🎥" <sip:codec@127.0.0.1>;tag={id}'] },
      more: ['Subject: Họp giao ban đầu tuần', 'Organization: Sở Thông tin'],
    }),
    outcome: 200,
  },
  { name: 'an escaped user part', octets: invite({ uri: 'sip:room%31@127.0.0.1' }), outcome: 200 },
  { name: 'an escaped NUL in the user part', octets: request({ uri: 'sip:nul-%00-nul@127.0.0.1' }), outcome: 200 },
  {
    name: 'parameters nobody knows, everywhere',
    octets: invite({
      uri: 'sip:room1@127.0.0.1;user=phone;x-unknown=%20;lr',
      replace: {
        Via: ['Via: SIP/2.0/UDP 127.0.0.1:9;rport;x-what=ever;branch=z9hG4bK{id};x-flag'],
        From: ['From: <sip:codec@127.0.0.1;x-a=b>;x-c="d;e";tag={id}'],
        Contact: ['Contact: <sip:codec@127.0.0.1:9;ob>;+sip.instance="<urn:uuid:00000000>";reg-id=1;q=0.7'],
      },
    }),
    outcome: 200,
  },
  {
    name: 'headers nobody knows',
    octets: invite({
      more: ['X-Noise: ;;,,;;,;', 'Date: Fri, 01 Jan 2010 16:00:00 EST', 'P-Asserted-Identity: <<>>', 'Warning: what'],
    }),
    outcome: 200,
  },
  {
    name: 'two Via values on one line, IPv6 among them',
    octets: request({
      replace: {
        Via: ['Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{id};rport, SIP/2.0/TLS [2001:db8::9]:5061;branch=z9hG4bKup'],
      },
    }),
    outcome: 200,
  },
  {
    name: 'a transport nobody knows in Via',
    octets: request({ replace: { Via: ['Via: SIP/2.0/CARRIERPIGEON 127.0.0.1:9;branch=z9hG4bK{id};rport'] } }),
    outcome: 200,
  },
  {
    name: 'a branch of all characters that a token may have',
    octets: request({ replace: { Via: ["Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK-.!%*_+`'~{id};rport"] } }),
    outcome: 200,
  },
  { name: 'no Max-Forwards', octets: request({ replace: { 'Max-Forwards': [] } }), outcome: 200 },
  {
    name: 'Max-Forwards: 0, which stops only proxies',
    octets: request({ replace: { 'Max-Forwards': ['Max-Forwards: 0'] } }),
    outcome: 200,
  },
  {
    name: 'Proxy-Require, which concerns only proxies',
    octets: request({ more: ['Proxy-Require: x-unheard-of'] }),
    outcome: 200,
  },
  { name: 'a long header', octets: request({ more: [`X-Long: ${'x'.repeat(12_000)}`] }), outcome: 200 },
  {
    name: 'a hundred headers',
    octets: request({ more: Array.from({ length: 100 }, (_, index) => `X-${index}: y`) }),
    outcome: 200,
  },
  {
    name: 'a description among other parts',
    octets: invite({ body: parts, replace: { 'Content-Type': ['Content-Type: multipart/mixed; boundary="edge"'] } }),
    outcome: 200,
  },
  {
    name: 'a body that may be ignored',
    octets: invite({
      body: 'x',
      replace: {
        'Content-Type': ['Content-Type: application/x-other', 'Content-Disposition: render;handling=optional'],
      },
    }),
    outcome: 200,
  },
  {
    name: 'octets behind the body',
    octets: (id) => Buffer.concat([request({})(id), Buffer.from('and some more')]),
    outcome: 200,
    onStream: 200,
  },
  {
    name: 'line ends before the message',
    octets: (id) => Buffer.concat([Buffer.from('\r\n'), request({})(id)]),
    outcome: 200,
  },
  { name: 'a stray ACK, which is never answered', octets: request({ method: 'ACK' }), outcome: 'silence' },
  {
    name: 'an answer to something that we never sent',
    octets: request({ start: 'SIP/2.0 200 OK' }),
    outcome: 'silence',
  },
  {
    name: 'an answer without a reason phrase',
    octets: request({ start: 'SIP/2.0 100 ' }),
    outcome: 'silence',
  },
];
