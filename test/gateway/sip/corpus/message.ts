/** How the messages of the corpus are written down: each says what is odd about it, and what has to come of it. */

/** What the sender gets back from a live edge: the status of the answer, or nothing. */
export type Outcome = number | 'silence';

export interface CorpusMessage {
  name: string;
  /** `id` makes branch, tags and Call-ID unique, so that the same message can be sent many times. */
  octets: (id: string) => Buffer;
  /** Over UDP, and over a connection where `onStream` says nothing else. */
  outcome: Outcome;
  /** Where a stream can no longer be followed the connection is closed afterwards. */
  onStream?: Outcome | 'closed';
}

export interface Parts {
  method?: string;
  uri?: string;
  /** The whole first line. */
  start?: string;
  /** Header lines that take the place of the usual ones with these names; `[]` leaves them out. */
  replace?: Record<string, string[]>;
  /** More lines, after the usual ones. */
  more?: string[];
  body?: string;
}

export const sdp = [
  'v=0',
  'o=codec 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 40000 RTP/AVP 8 0',
  'a=rtpmap:8 PCMA/8000',
  'm=video 40002 RTP/AVP 97',
  'a=rtpmap:97 H264/90000',
  'a=fmtp:97 profile-level-id=42e01f;packetization-mode=1',
  '',
].join('\r\n');

/** A request with the lines that every request has, but for what the parts say. `{id}` in a line becomes the id. */
export function request(parts: Parts): (id: string) => Buffer {
  const { method = 'OPTIONS', uri = 'sip:room1@127.0.0.1', body = '', replace = {}, more = [] } = parts;
  const usual: Record<string, string[]> = {
    Via: ['Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{id};rport'],
    'Max-Forwards': ['Max-Forwards: 70'],
    From: ['From: <sip:codec@127.0.0.1>;tag={id}'],
    To: ['To: <sip:room1@127.0.0.1>'],
    'Call-ID': ['Call-ID: {id}@127.0.0.1'],
    CSeq: [`CSeq: 7 ${method}`],
    Contact: ['Contact: <sip:codec@127.0.0.1:9>'],
    ...(body === '' ? {} : { 'Content-Type': ['Content-Type: application/sdp'] }),
    'Content-Length': [`Content-Length: ${Buffer.byteLength(body)}`],
  };
  const lines = Object.entries(usual).flatMap(([name, own]) => replace[name] ?? own);
  const start = parts.start ?? `${method} ${uri} SIP/2.0`;
  return text([start, ...more, ...lines], body);
}

export const invite = (parts: Parts): ((id: string) => Buffer) => request({ method: 'INVITE', body: sdp, ...parts });

export function text(lines: string[], body = ''): (id: string) => Buffer {
  return (id) => Buffer.from(`${lines.join('\r\n').replaceAll('{id}', id)}\r\n\r\n${body}`);
}
