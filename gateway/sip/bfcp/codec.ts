/** BFCP messages as octets (RFC 8855 5), both ways. Pure; whatever comes in, nothing throws. */
import {
  type Attribute,
  type AttributeName,
  attributeTypes,
  type ErrorCode,
  type GroupName,
  type Message,
  type Primitive,
  primitiveNumbers,
  statusNumbers,
  type TextName,
  type Version,
} from './messages.ts';

export type Transport = 'udp' | 'tcp';

/** Octets. The whole payload is counted in 16 bits of 4 octets each; nobody has that much to say. */
export const bounds = { header: 12, payload: 8_192, depth: 4 } as const;

/** The common header, RFC 8855 5.1. */
export interface Header {
  version: number;
  responder: boolean;
  fragmented: boolean;
  /** Number on the wire. */
  primitive: number;
  /** Octets, of the whole message even where this is a fragment. */
  payloadLength: number;
  conferenceId: number;
  transactionId: number;
  userId: number;
}

/** `refused` could be understood so far that it can be answered with this error; `unreadable` could not. */
export type Decoded =
  | { kind: 'message'; message: Message }
  | { kind: 'refused'; header: Header; code: ErrorCode; details: number[] }
  | { kind: 'unreadable' };

/**
 * Version 1 over UDP is what devices spoke before the RFC: its drafts had an ErrorAck at 15, which moved the others. Some
 * (Tandberg) also acknowledge with 0x5b and 0x5d.
 */
const draftNumbers: Partial<Record<Primitive, number>> = { FloorStatusAck: 16, Goodbye: 17, GoodbyeAck: 18 };
const draftAcks: Record<number, Primitive> = { 91: 'FloorRequestStatusAck', 93: 'FloorStatusAck' };

const namesOf = <N extends string>(numbers: Record<N, number>): Map<number, N> =>
  new Map((Object.keys(numbers) as N[]).map((name) => [numbers[name], name]));
const primitives = namesOf(primitiveNumbers);
const draftPrimitives = namesOf({ ...primitiveNumbers, ...draftNumbers } as Record<Primitive, number>);
const attributeNames = namesOf(attributeTypes);
const statuses = namesOf(statusNumbers);

const isDraft = (version: number, transport: Transport) => version === 1 && transport === 'udp';

function primitiveOf(number: number, version: number, transport: Transport): Primitive | undefined {
  if (!isDraft(version, transport)) return primitives.get(number);
  return draftAcks[number] ?? draftPrimitives.get(number);
}

// ── out ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

export function encode(message: Message, transport: Transport): Buffer {
  const payload = Buffer.concat(message.attributes.map(encodeAttribute));
  const header = Buffer.alloc(bounds.header);
  const number = isDraft(message.version, transport) ? draftNumbers[message.primitive] : undefined;
  header.writeUInt8((message.version << 5) | (message.responder && transport === 'udp' ? 0x10 : 0), 0);
  header.writeUInt8(number ?? primitiveNumbers[message.primitive], 1);
  header.writeUInt16BE(payload.length / 4, 2);
  header.writeUInt32BE(message.conferenceId, 4);
  header.writeUInt16BE(message.transactionId, 8);
  header.writeUInt16BE(message.userId, 10);
  return Buffer.concat([header, payload]);
}

/** Whoever does not know an attribute may pass over these; all others must be understood (the M bit, 5.2). */
const optional: ReadonlySet<AttributeName> = new Set([
  'priority',
  'errorInfo',
  'participantProvidedInfo',
  'statusInfo',
  'userDisplayName',
  'userUri',
]);

function encodeAttribute(attribute: Attribute): Buffer {
  const value = encodeValue(attribute);
  // The groups in use hold few members, so that their length fits its octet; what would not fit is left out from the end.
  const inner = 'attributes' in attribute ? fitting(attribute.attributes.map(encodeAttribute), 253 - value.length) : [];
  const content = Buffer.concat([value, ...inner]);
  const length = 2 + content.length;
  const bytes = Buffer.alloc(Math.ceil(length / 4) * 4); // padded to 32 bits, which the length leaves out
  bytes.writeUInt8((attributeTypes[attribute.name] << 1) | (optional.has(attribute.name) ? 0 : 1), 0);
  bytes.writeUInt8(length, 1);
  content.copy(bytes, 2);
  return bytes;
}

function fitting(parts: Buffer[], room: number): Buffer[] {
  let used = 0;
  return parts.filter((part) => {
    used += part.length;
    return used <= room;
  });
}

const twoOctets = (value: number) => Buffer.from([value >> 8, value & 0xff]);

function encodeValue(attribute: Attribute): Buffer {
  switch (attribute.name) {
    case 'priority':
      return Buffer.from([attribute.priority << 5, 0]); // 3 bits, then 13 reserved ones
    case 'requestStatus':
      return Buffer.from([statusNumbers[attribute.status], attribute.queuePosition]);
    case 'errorCode':
      return Buffer.from([attribute.code, ...attribute.details.slice(0, 252)]);
    case 'supportedAttributes':
      return Buffer.from(attribute.types.slice(0, 253).map((type) => type << 1)); // 7 bits, then a reserved one
    case 'supportedPrimitives':
      return Buffer.from(attribute.primitives.slice(0, 253));
    default:
      return 'text' in attribute ? cutText(attribute.text) : twoOctets(attribute.id);
  }
}

/** UTF-8, cut between characters. */
function cutText(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  let end = Math.min(bytes.length, 253);
  if (end < bytes.length) while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}

// ── in ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

export function readHeader(bytes: Buffer): Header | undefined {
  if (bytes.length < bounds.header) return undefined;
  const first = bytes.readUInt8(0);
  return {
    version: first >> 5,
    responder: (first & 0x10) !== 0,
    fragmented: (first & 0x08) !== 0,
    primitive: bytes.readUInt8(1),
    payloadLength: bytes.readUInt16BE(2) * 4,
    conferenceId: bytes.readUInt32BE(4),
    transactionId: bytes.readUInt16BE(8),
    userId: bytes.readUInt16BE(10),
  };
}

/** `bytes` is one whole message: a datagram, a put together set of fragments, or what the stream's framing cut out. */
export function decode(bytes: Buffer, transport: Transport): Decoded {
  const header = readHeader(bytes);
  if (!header) return { kind: 'unreadable' };
  const refuse = (code: ErrorCode, details: number[] = []): Decoded => ({ kind: 'refused', header, code, details });
  const { version } = header;
  if (!isVersion(version) || (transport === 'tcp' && version !== 1)) return refuse('unsupportedVersion');
  const payload = bytes.subarray(bounds.header);
  if (payload.length !== header.payloadLength) return refuse('incorrectMessageLength');
  const primitive = primitiveOf(header.primitive, version, transport);
  if (primitive === undefined) return refuse('unknownPrimitive');
  const unknown: number[] = [];
  const attributes = decodeAttributes(payload, 0, unknown);
  if (unknown.length > 0)
    return refuse(
      'unknownMandatoryAttribute',
      [...new Set(unknown)].map((type) => type << 1),
    );
  if (!attributes) return refuse('unableToParse');
  const { conferenceId, transactionId, userId } = header;
  const responder = header.responder && transport === 'udp';
  const message = { version, responder, primitive, conferenceId, transactionId, userId, attributes };
  return { kind: 'message', message };
}

const isVersion = (version: number): version is Version => version === 1 || version === 2;

function decodeAttributes(bytes: Buffer, depth: number, unknown: number[]): Attribute[] | undefined {
  const attributes: Attribute[] = [];
  let rest = bytes;
  while (rest.length >= 2) {
    const type = rest.readUInt8(0) >> 1;
    const mandatory = (rest.readUInt8(0) & 1) === 1;
    const length = rest.readUInt8(1);
    if (length < 2 || length > rest.length) return undefined;
    const name = attributeNames.get(type);
    if (name !== undefined) {
      const attribute = decodeValue(name, rest.subarray(2, length), depth, unknown);
      if (!attribute) return undefined;
      attributes.push(attribute);
    } else if (mandatory) unknown.push(type);
    rest = rest.subarray(Math.min(Math.ceil(length / 4) * 4, rest.length)); // the last one's padding may be left out
  }
  return attributes;
}

function decodeValue(name: AttributeName, value: Buffer, depth: number, unknown: number[]): Attribute | undefined {
  switch (name) {
    case 'beneficiaryId':
    case 'floorId':
    case 'floorRequestId':
      return value.length >= 2 ? { name, id: value.readUInt16BE(0) } : undefined;
    case 'priority':
      // 5 to 7 are reserved (5.2.4).
      return value.length >= 1 ? { name, priority: Math.min(value.readUInt8(0) >> 5, 4) } : undefined;
    case 'requestStatus': {
      const status = value.length >= 2 ? statuses.get(value.readUInt8(0)) : undefined;
      return status && { name, status, queuePosition: value.readUInt8(1) };
    }
    case 'errorCode':
      return value.length >= 1 ? { name, code: value.readUInt8(0), details: [...value.subarray(1)] } : undefined;
    case 'supportedAttributes':
      return { name, types: [...value].map((octet) => octet >> 1) };
    case 'supportedPrimitives':
      return { name, primitives: [...value] };
    case 'errorInfo':
    case 'participantProvidedInfo':
    case 'statusInfo':
    case 'userDisplayName':
    case 'userUri':
      return decodeText(name, value);
    default:
      return decodeGroup(name, value, depth, unknown);
  }
}

/** Some devices count a closing NUL. */
function decodeText(name: TextName, value: Buffer): Attribute {
  return { name, text: value.toString('utf8').replace(/\0+$/, '') };
}

function decodeGroup(name: GroupName, value: Buffer, depth: number, unknown: number[]): Attribute | undefined {
  if (value.length < 2 || depth >= bounds.depth) return undefined;
  const attributes = decodeAttributes(value.subarray(2), depth + 1, unknown);
  return attributes && { name, id: value.readUInt16BE(0), attributes };
}
