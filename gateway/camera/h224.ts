/**
 * H.224 as RTP carries it (RFC 4573; H.323 Annex Q): the frame of a real-time control client without what HDLC adds around it,
 * that is without flags, bit stuffing and check sequence. One RTP packet is one frame. Pure; whatever comes in, nothing throws.
 *
 *   0     1     2     3 4      5 6     7          8                            9 …
 *   Q.922 address     to       from    client     ES BS C1 C0 segment number   client data
 *   00    61/71  03   00 00    00 00   00 or 01   c0
 *
 * The address is DLCI 6 (low priority) or 7 (high): 0000 00 C/R EA=0, then 0110 or 0111, FECN, BECN, DE, EA=1; 03 is UI, an
 * unnumbered frame. To and from 0 is everybody: there are two of us. ES and BS: the whole message is in this one frame.
 */

/** H.224's own client, which tells the others' names and capabilities, and far-end camera control (H.281). */
export const clients = { management: 0, camera: 1 } as const;

export interface Frame {
  /** A standard client: 0 to 125. */
  client: number;
  content: Buffer;
}

/** H.224 7: of one frame's client data. */
const maxContent = 254;
const headerLength = 9;
const highPriority = 0x71;
const unnumbered = 0x03;
const wholeMessage = 0xc0;
/** What is longer than one octet: 7e with one more, 7f with country, maker and its own number. */
const identifierLengths: Record<number, number> = { 126: 2, 127: 6 };

export function encodeFrame({ client, content }: Frame): Buffer {
  const header = [0x00, highPriority, unnumbered, 0, 0, 0, 0, client, wholeMessage];
  return Buffer.concat([Buffer.from(header), content]);
}

/** Undefined where it is no whole message of a standard client. */
export function decodeFrame(bytes: Buffer): Frame | undefined {
  if (bytes.length <= headerLength || bytes.length > headerLength + maxContent) return undefined;
  const address = bytes.readUInt16BE(0) & 0xfcf1; // without C/R, FECN, BECN and DE
  if ((address !== 0x0061 && address !== 0x0071) || bytes.readUInt8(2) !== unnumbered) return undefined;
  const client = bytes.readUInt8(7) & 0x7f;
  if (identifierLengths[client] !== undefined) return undefined;
  const segment = bytes.readUInt8(8) & wholeMessage;
  // Neither bit is the middle of a long message by the book, and a short one by devices that leave them out.
  if (segment !== wholeMessage && segment !== 0) return undefined;
  return { client, content: bytes.subarray(headerLength) };
}

/** What the clients' management says (H.224 9). `hasMore`: there are extra capabilities to be asked for. */
export type Management =
  | { kind: 'clients'; clients: { client: number; hasMore: boolean }[] }
  | { kind: 'tellClients' }
  | { kind: 'capabilities'; client: number; capabilities: Buffer }
  | { kind: 'tellCapabilities'; client: number };

const codes = { clientList: 0x01, extraCapabilities: 0x02, message: 0x00, command: 0xff };

export function encodeManagement(management: Management): Buffer {
  return encodeFrame({ client: clients.management, content: managementContent(management) });
}

function managementContent(management: Management): Buffer {
  const { clientList, extraCapabilities, message, command } = codes;
  switch (management.kind) {
    case 'clients': {
      const list = management.clients.map(({ client, hasMore }) => (hasMore ? 0x80 : 0) | client);
      return Buffer.from([clientList, message, list.length, ...list]);
    }
    case 'tellClients':
      return Buffer.from([clientList, command]);
    case 'capabilities':
      return Buffer.from([extraCapabilities, message, 0x80 | management.client, ...management.capabilities]);
    case 'tellCapabilities':
      return Buffer.from([extraCapabilities, command, 0x80 | management.client]);
  }
}

export function decodeManagement(content: Buffer): Management | undefined {
  const [code, response, third] = content;
  if (code === codes.clientList && response === codes.command) return { kind: 'tellClients' };
  if (code === codes.clientList && response === codes.message) return decodeClients(content);
  if (code !== codes.extraCapabilities || third === undefined) return undefined;
  const client = third & 0x7f;
  if (response === codes.command) return { kind: 'tellCapabilities', client };
  if (response !== codes.message || identifierLengths[client] !== undefined) return undefined;
  return { kind: 'capabilities', client, capabilities: content.subarray(3) };
}

/** Clients that are none of the standard's are passed over. */
function decodeClients(content: Buffer): Management {
  const found: { client: number; hasMore: boolean }[] = [];
  let at = 3;
  for (let left = content[2] ?? 0; left > 0 && at < content.length; left -= 1) {
    const octet = content[at] ?? 0;
    const length = identifierLengths[octet & 0x7f];
    if (length === undefined) found.push({ client: octet & 0x7f, hasMore: (octet & 0x80) !== 0 });
    at += length ?? 1;
  }
  return { kind: 'clients', clients: found };
}
