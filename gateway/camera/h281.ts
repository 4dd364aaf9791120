/**
 * Far-end camera control (ITU-T H.281), the client data of H.224 client 1. Pure; whatever comes in, nothing throws.
 *
 * START (01), CONTINUE (02) and STOP (03) say which way in one octet, two bits for each of pan, tilt, zoom and focus: the first
 * whether it moves, the second where to. START has one octet more, how long to move if nobody says CONTINUE: 50 ms times its
 * lower four bits, 0 being 800 ms.
 *
 *   01  c0 = 11 00 00 00 right   00        02  30 = 00 11 00 00 up        07  30 = 0011 0000 preset 3
 */

/** -1 is left, down, out; 1 is right, up, in. */
export type Direction = -1 | 0 | 1;

export interface Movement {
  pan: Direction;
  tilt: Direction;
  zoom: Direction;
  focus?: Direction;
}

/** What we say of it; presets are 0 to 15. The standard's other two, which switch between sources, nobody here asks for. */
export type CameraMessage =
  /** `timeoutMs`: 50 to 800 in steps of 50. */
  | { kind: 'start'; movement: Required<Movement>; timeoutMs: number }
  | { kind: 'continue' | 'stop'; movement: Required<Movement> }
  | { kind: 'store' | 'activate'; preset: number };

/** What one camera can do. */
export interface Source {
  /** 0 to 15: 1 is the main camera, 2 another one, 3 and 4 those for documents, 5 a player. */
  source: number;
  /** Those above 5 have one, of at most 16 octets. */
  name?: string;
  motion: boolean;
  pan: boolean;
  tilt: boolean;
  zoom: boolean;
  focus: boolean;
}

export interface Capabilities {
  /** 0 to 15. */
  presets: number;
  sources: Source[];
}

const codes: Record<CameraMessage['kind'], number> = {
  start: 0x01,
  continue: 0x02,
  stop: 0x03,
  store: 0x06,
  activate: 0x07,
};

export function encodeCameraMessage(message: CameraMessage): Buffer {
  return Buffer.from([codes[message.kind], ...parametersOf(message)]);
}

function parametersOf(message: CameraMessage): number[] {
  switch (message.kind) {
    case 'start':
      return [movementOctet(message.movement), Math.round(message.timeoutMs / 50) & 0x0f];
    case 'continue':
    case 'stop':
      return [movementOctet(message.movement)];
    default:
      return [message.preset << 4];
  }
}

const directionBits = (direction: Direction): number => ({ [-1]: 0b10, 0: 0b00, 1: 0b11 })[direction];

function movementOctet({ pan, tilt, zoom, focus = 0 }: Movement): number {
  return (directionBits(pan) << 6) | (directionBits(tilt) << 4) | (directionBits(zoom) << 2) | directionBits(focus);
}

/** H.281 3.1: the number of presets, then two octets for each source, with the names of those above 5 between them. */
export function encodeCapabilities({ presets, sources }: Capabilities): Buffer {
  const octets = sources.flatMap(({ source, name = '', motion, pan, tilt, zoom, focus }) => [
    (source << 4) | (motion ? 0x04 : 0),
    ...(source > 5 ? [...Buffer.from(name, 'latin1').subarray(0, 15), 0] : []),
    (pan ? 0x80 : 0) | (tilt ? 0x40 : 0) | (zoom ? 0x20 : 0) | (focus ? 0x10 : 0),
  ]);
  return Buffer.from([presets & 0x0f, ...octets]);
}

/** Reads as far as it makes sense. */
export function decodeCapabilities(content: Buffer): Capabilities {
  const sources: Source[] = [];
  let at = 1;
  while (at + 1 < content.length) {
    const octet = content[at] ?? 0;
    const source = octet >> 4;
    const end = source > 5 ? content.indexOf(0, at + 1) : at;
    const abilities = end < 0 ? undefined : content[end + 1];
    if (abilities === undefined) break;
    const has = (bit: number) => (abilities & bit) !== 0;
    const name = source > 5 ? { name: content.toString('latin1', at + 1, Math.min(end, at + 17)) } : {};
    const motion = (octet & 0x04) !== 0;
    sources.push({ source, ...name, motion, pan: has(0x80), tilt: has(0x40), zoom: has(0x20), focus: has(0x10) });
    at = end + 2;
  }
  return { presets: (content[0] ?? 0) & 0x0f, sources };
}
