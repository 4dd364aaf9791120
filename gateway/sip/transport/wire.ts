/**
 * One SIP message as it travels: bytes in, a normalised message out, and back to text. Knows syntax only (RFC 3261 §7, §25);
 * what a message means is for those above. Nothing here throws on any input.
 */

/** Where bytes came from or go to: an address literal and a port. */
export interface Address {
  ip: string;
  port: number;
  /** The name that was looked up for it, which a TLS certificate must bear. */
  name?: string;
}

export interface Header {
  /** Canonical long form, e.g. `Call-ID` also where the peer wrote `i`. */
  name: string;
  value: string;
}

export interface WireRequest {
  kind: 'request';
  method: string;
  uri: string;
  headers: Header[];
  body: string;
}

export interface WireResponse {
  kind: 'response';
  status: number;
  reason: string;
  headers: Header[];
  body: string;
}

export type WireMessage = WireRequest | WireResponse;

/** A request that cannot be used but has enough of a head to be answered (RFC 3261 §8.2.6.2). */
export interface Refused {
  kind: 'refused';
  method: string;
  status: 400 | 505 | 513;
  reason: string;
  headers: Header[];
}

/** Bounds on outside input; far above anything a real endpoint sends. Octets, except `headers` (a count). */
export const limits = { head: 16_384, body: 32_768, headers: 128 } as const;

const names = [
  'Via From To Call-ID CSeq Contact Content-Length Content-Type Content-Encoding Content-Disposition Max-Forwards',
  'Route Record-Route Supported Require Allow Subject Session-Expires Event Refer-To Referred-By Allow-Events',
  'User-Agent Expires Reason MIME-Version Min-SE Accept Authorization WWW-Authenticate Proxy-Authenticate Min-Expires',
];
const canonical = new Map(
  names
    .join(' ')
    .split(' ')
    .map((name) => [name.toLowerCase(), name]),
);
/** RFC 3261 §20 and the IANA registry of compact forms; sip.js expands only some of them. */
const compact: Record<string, string> = {
  v: 'Via',
  f: 'From',
  t: 'To',
  i: 'Call-ID',
  m: 'Contact',
  l: 'Content-Length',
  c: 'Content-Type',
  e: 'Content-Encoding',
  k: 'Supported',
  s: 'Subject',
  x: 'Session-Expires',
  o: 'Event',
  r: 'Refer-To',
  b: 'Referred-By',
  u: 'Allow-Events',
};
const single = ['From', 'To', 'Call-ID', 'CSeq', 'Content-Length', 'Content-Type', 'Max-Forwards'];

/**
 * Reads one whole message. `undefined` means that it is no SIP message or cannot be answered, so that it is dropped:
 * RFC 3261 §18.3 for datagrams, and §16.3 for responses.
 */
export function parseMessage(bytes: Buffer): WireMessage | Refused | undefined {
  let start = 0;
  while (bytes[start] === 0x0d && bytes[start + 1] === 0x0a) start += 2;
  const end = bytes.indexOf('\r\n\r\n', start);
  if (end < 0) return undefined;
  const [startLine = '', ...lines] = bytes
    .toString('utf8', start, end)
    .replace(/\r\n[ \t]+/g, ' ') // header folding, RFC 3261 §7.3.1
    .split('\r\n');
  const { headers, faults } = readHeaders(lines);
  // Counted in octets as they came: some devices name their session in GBK or Latin-1, which are no UTF-8.
  const body = readBody(headers, bytes.subarray(end + 4), faults);
  if (end - start > limits.head || headers.length > limits.headers) faults.unshift('tooLarge');

  const response = /^SIP\/2\.0 ([1-6]\d\d) ?(.{0,256})$/.exec(startLine);
  if (response) {
    if (faults.length > 0 || missing(headers)) return undefined;
    return { kind: 'response', status: Number(response[1]), reason: response[2] ?? '', headers, body };
  }
  const request = /^([\w.!%*+`'~-]{1,32}) (.{1,1024}) SIP\/(\d{1,3}\.\d{1,3})$/i.exec(startLine);
  if (!request) return undefined;
  const [, method = '', uri = '', version = ''] = request;
  if (missing(headers)) return undefined;
  if (/\s/.test(uri)) faults.push('Blank in Request-URI');
  const fault = version === '2.0' ? (faults[0] ?? requestFault(method, headers)) : 'version';
  if (fault !== undefined) return { kind: 'refused', method, headers, ...refusalOf(fault) };
  return { kind: 'request', method, uri, headers, body };
}

function readHeaders(lines: string[]): { headers: Header[]; faults: string[] } {
  const headers: Header[] = [];
  const faults: string[] = [];
  for (const line of lines.slice(0, limits.headers + 1)) {
    const match = /^([\w.!%*+`'~-]{1,64})[ \t]*:[ \t]*(.*?)[ \t]*$/.exec(line);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
    if (!match || /[\0-\x08\x0a-\x1f\x7f]/.test(line)) {
      faults.push('Malformed header line');
      continue;
    }
    const name = canonicalName(match[1] ?? '');
    const value = match[2] ?? '';
    if (single.includes(name) && headers.some((header) => header.name === name)) faults.push(`Repeated ${name}`);
    else for (const part of name === 'Via' ? value.split(',') : [value]) headers.push({ name, value: part.trim() });
  }
  return { headers, faults };
}

/** RFC 3261 §18.3: octets beyond Content-Length are dropped, a body shorter than it is an error. */
function readBody(headers: Header[], bytes: Buffer, faults: string[]): string {
  const declared = headerOf(headers, 'Content-Length');
  if (declared === undefined) return bytes.length > limits.body ? '' : bytes.toString('utf8');
  const length = /^\d{1,9}$/.test(declared) ? Number(declared) : Number.NaN;
  if (Number.isNaN(length)) faults.push('Bad Content-Length');
  else if (length > limits.body) faults.push('tooLarge');
  else if (length > bytes.length) faults.push('Body shorter than Content-Length');
  else return bytes.subarray(0, length).toString('utf8');
  return '';
}

function missing(headers: Header[]): boolean {
  return ['Via', 'From', 'To', 'Call-ID', 'CSeq'].some((name) => !headerOf(headers, name));
}

function requestFault(method: string, headers: Header[]): string | undefined {
  const [, number, named] = /^(\d{1,10})[ \t]+(\S+)$/.exec(headerOf(headers, 'CSeq') ?? '') ?? [];
  if (number === undefined || Number(number) >= 2 ** 31) return 'Bad CSeq'; // RFC 3261 §8.1.1.5
  if (named !== method) return 'CSeq method differs from request method';
  if (!/;\s*branch=z9hG4bK/i.test(headerOf(headers, 'Via') ?? '')) return 'Via without RFC 3261 branch';
  if (!/;\s*tag=[^\s;]+/i.test(headerOf(headers, 'From') ?? '')) return 'From without tag';
  return undefined;
}

function refusalOf(fault: string): Pick<Refused, 'status' | 'reason'> {
  if (fault === 'version') return { status: 505, reason: 'Version Not Supported' };
  if (fault === 'tooLarge') return { status: 513, reason: 'Message Too Large' };
  return { status: 400, reason: fault };
}

function canonicalName(name: string): string {
  const lower = name.toLowerCase();
  return compact[lower] ?? canonical.get(lower) ?? name;
}

/** The first value of a header, by its canonical name. */
export function headerOf(headers: readonly Header[], name: string): string | undefined {
  return headers.find((header) => header.name === name)?.value;
}

/** All values of a header, by its canonical name. */
export function headersOf(headers: readonly Header[], name: string): string[] {
  return headers.filter((header) => header.name === name).map(({ value }) => value);
}

/** The text of a message, with a Content-Length (octets) that fits its body. */
export function formatMessage(message: WireMessage): string {
  const start =
    message.kind === 'request'
      ? `${message.method} ${message.uri} SIP/2.0`
      : `SIP/2.0 ${message.status} ${message.reason}`;
  const lines = message.headers
    .filter((header) => header.name !== 'Content-Length')
    .map((header) => `${header.name}: ${header.value}`);
  return `${[start, ...lines, `Content-Length: ${Buffer.byteLength(message.body)}`].join('\r\n')}\r\n\r\n${message.body}`;
}

/** A response made without a transaction (RFC 3261 §8.2.6 and §8.2.7). `tag` is ours, added where To has none. */
export function replyTo(
  request: { headers: Header[] },
  status: number,
  reason: string,
  tag: string,
  extra: Header[] = [],
): WireResponse {
  const copied = request.headers
    .filter((header) => ['Via', 'From', 'To', 'Call-ID', 'CSeq'].includes(header.name))
    .map((header) =>
      header.name === 'To' && status > 100 && !/;\s*tag=/i.test(header.value)
        ? { name: 'To', value: `${header.value};tag=${tag}` }
        : header,
    );
  return { kind: 'response', status, reason, headers: [...copied, ...extra], body: '' };
}
