/** Session descriptions as text and as data (RFC 8866). Syntax only; what is chosen from them is in `offer-answer.ts`. */

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

export interface Attribute {
  name: string;
  /** Absent for a flag. */
  value?: string;
}

/** `b=` in bit/s: TIAS as it stands (RFC 3890), AS turned from kbit/s, as is CT where there is no AS (RFC 8866 §5.8). */
export interface Bandwidth {
  as?: number;
  tias?: number;
}

export interface MediaSection {
  /** `audio`, `video`, `application`, … */
  kind: string;
  /** 0 is a refused or switched-off stream. */
  port: number;
  /** e.g. `RTP/AVP`. */
  protocol: string;
  /** Payload types, or whatever the protocol has in their place. */
  formats: string[];
  /** `c=` address literal, where the section has its own. */
  connection?: string;
  bandwidth: Bandwidth;
  attributes: Attribute[];
}

export interface SessionDescription {
  /** `o=` without the prefix. */
  origin: string;
  name: string;
  connection?: string;
  bandwidth: Bandwidth;
  attributes: Attribute[];
  media: MediaSection[];
}

/** Bounds on outside input, in characters and counts. */
const bounds = { text: 32_768, lines: 1_024, media: 32, formats: 128 };

/** `undefined` for what is no session description. Unknown lines are passed over, as RFC 8866 §5 asks. */
export function parseSdp(text: string): SessionDescription | undefined {
  if (text.length > bounds.text) return undefined;
  const lines = text
    .split(/\r\n|\n|\r/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines[0] !== 'v=0' || lines.length > bounds.lines) return undefined;
  const session: SessionDescription = { origin: '', name: '-', bandwidth: {}, attributes: [], media: [] };
  let section: MediaSection | undefined;
  for (const line of lines.slice(1)) {
    const value = line.slice(2);
    if (line.charAt(1) !== '=') return undefined;
    if (line.startsWith('m=')) {
      section = parseMediaLine(value);
      if (!section || session.media.length === bounds.media) return undefined;
      session.media.push(section);
    } else if (line.startsWith('o=') && !section) session.origin = value;
    else if (line.startsWith('s=') && !section) session.name = value;
    else parseCommonLine(line.charAt(0), value, section ?? session);
  }
  return session.origin === '' ? undefined : session;
}

function parseMediaLine(value: string): MediaSection | undefined {
  const match = /^([\w-]+) +(\d{1,5})(?:\/\d+)? +(\S+)((?: +\S+)*)$/.exec(value);
  if (!match) return undefined;
  const [, kind = '', port = '', protocol = '', formats = ''] = match;
  const listed = formats.split(' ').filter((format) => format !== '');
  if (Number(port) > 65_535 || listed.length > bounds.formats) return undefined;
  return {
    kind: kind.toLowerCase(),
    port: Number(port),
    protocol: protocol.toUpperCase(),
    formats: listed,
    bandwidth: {},
    attributes: [],
  };
}

function parseCommonLine(letter: string, value: string, into: SessionDescription | MediaSection): void {
  if (letter === 'c') {
    const address = /^IN IP[46] ([\w.:%-]+)/i.exec(value)?.[1];
    if (address !== undefined) into.connection = address;
  } else if (letter === 'b') {
    const [, kind, amount] = /^(AS|CT|TIAS):(\d{1,10})$/i.exec(value) ?? [];
    if (kind?.toUpperCase() === 'AS') into.bandwidth.as = Number(amount) * 1000;
    else if (kind?.toUpperCase() === 'CT') into.bandwidth.as ??= Number(amount) * 1000;
    else if (kind) into.bandwidth.tias = Number(amount);
  } else if (letter === 'a') {
    const colon = value.indexOf(':');
    if (colon < 0) into.attributes.push({ name: value.toLowerCase() });
    else into.attributes.push({ name: value.slice(0, colon).toLowerCase(), value: value.slice(colon + 1).trim() });
  }
}

export function formatSdp(session: SessionDescription): string {
  const lines = [
    'v=0',
    `o=${session.origin}`,
    `s=${session.name}`,
    ...formatCommon(session),
    't=0 0',
    ...formatAttributes(session.attributes),
    ...session.media.flatMap((section) => [
      `m=${[section.kind, section.port, section.protocol, ...section.formats].join(' ')}`,
      ...formatCommon(section),
      ...formatAttributes(section.attributes),
    ]),
  ];
  return `${lines.join('\r\n')}\r\n`;
}

function formatCommon({ connection, bandwidth }: SessionDescription | MediaSection): string[] {
  const family = connection?.includes(':') ? 'IP6' : 'IP4';
  return [
    ...(connection === undefined ? [] : [`c=IN ${family} ${connection}`]),
    ...(bandwidth.as === undefined ? [] : [`b=AS:${Math.round(bandwidth.as / 1000)}`]),
    ...(bandwidth.tias === undefined ? [] : [`b=TIAS:${bandwidth.tias}`]),
  ];
}

function formatAttributes(attributes: Attribute[]): string[] {
  return attributes.map(({ name, value }) => (value === undefined ? `a=${name}` : `a=${name}:${value}`));
}

export function attributeOf(attributes: readonly Attribute[], name: string): string | undefined {
  return attributes.find((attribute) => attribute.name === name)?.value;
}

export function hasAttribute(attributes: readonly Attribute[], name: string): boolean {
  return attributes.some((attribute) => attribute.name === name);
}

const directions: readonly Direction[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];

/** A direction attribute, the section's before the session's; sendrecv where neither says (RFC 8866 §6.7). */
export function directionOf(
  section: Pick<MediaSection, 'attributes'>,
  session: Pick<SessionDescription, 'attributes'>,
): Direction {
  const said = [...section.attributes, ...session.attributes].map(({ name }) => name);
  return (
    directions.find((direction) => direction === said.find((name) => directions.some((known) => known === name))) ??
    'sendrecv'
  );
}

export interface RtpFormat {
  payloadType: number;
  /** Lower case. */
  codec: string;
  clockRate: number;
  channels: number;
  /** Format parameters, names in lower case. */
  fmtp: Record<string, string>;
}

/** RFC 3551 §6: what a payload type means without a=rtpmap. */
const staticFormats: Record<number, Pick<RtpFormat, 'codec' | 'clockRate'>> = {
  0: { codec: 'pcmu', clockRate: 8000 },
  8: { codec: 'pcma', clockRate: 8000 },
  9: { codec: 'g722', clockRate: 8000 },
};

/** The formats of an RTP section in the order of its `m=` line, those without a known meaning left out. */
export function rtpFormats(section: MediaSection): RtpFormat[] {
  const maps = byFormat(section, 'rtpmap');
  const parameters = byFormat(section, 'fmtp');
  return section.formats.flatMap((format) => {
    const payloadType = /^(?:0|[1-9]\d{0,2})$/.test(format) ? Number(format) : Number.NaN;
    if (!(payloadType <= 127)) return [];
    const [, codec, rate, channels] = /^([\w.+-]+)\/(\d{1,6})(?:\/(\d))?/.exec(maps.get(format) ?? '') ?? [];
    const known = codec ? { codec: codec.toLowerCase(), clockRate: Number(rate) } : staticFormats[payloadType];
    const fmtp = parametersIn(parameters.get(format) ?? '');
    return known ? [{ payloadType, ...known, channels: Number(channels ?? 1), fmtp }] : [];
  });
}

/** What attributes of this name say about each format; the first that speaks of it holds. */
function byFormat({ attributes }: MediaSection, wanted: string): Map<string, string> {
  const said = new Map<string, string>();
  for (const { name, value = '' } of attributes) {
    if (name !== wanted) continue;
    const [format = ''] = value.split(/\s/, 1);
    if (!said.has(format)) said.set(format, value.slice(format.length).trim());
  }
  return said;
}

function parametersIn(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(';').flatMap((parameter) => {
      const equals = parameter.indexOf('=');
      const name = parameter.slice(0, Math.max(0, equals)).trim().toLowerCase();
      return /^[\w-]+$/.test(name) && name !== '__proto__' ? [[name, parameter.slice(equals + 1).trim()]] : [];
    }),
  );
}
