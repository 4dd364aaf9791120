/** Who is seen in a tile of a decoded picture, and which of that one's frames. */
import { BITS, type Identity, identities, PICTURE } from './_soak-clips.ts';

/** I420, without padding. */
export interface DecodedPicture {
  readonly width: number;
  readonly height: number;
  readonly bytes: Buffer;
}

/** In fractions of the picture. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface TileSeen {
  /** The same all over the tile; undefined for anything else. */
  readonly who: Identity | 'card' | undefined;
  /** Undefined when it cannot be read. */
  readonly frame: number | undefined;
}

/** Near the edges, off what is written in tiles and across the picture's foot. */
const corners = [
  [0.08, 0.3],
  [0.92, 0.3],
  [0.08, 0.6],
  [0.92, 0.6],
] as const;
const PATCH = 4;
const NEAR = 26;

/** @param covers places in front of this one */
export function readTile(picture: DecodedPicture, place: Place, covers: readonly Place[]): TileSeen {
  const points = corners
    .map(([x, y]) => [place.x + x * place.w, place.y + y * place.h] as const)
    .filter(([x, y]) => !covers.some((cover) => isIn(x, y, cover)));
  const seen = new Set(points.map(([x, y]) => identify(picture, x, y)));
  const [who] = seen;
  return { who: seen.size === 1 ? who : undefined, frame: readNumber(picture, place, covers) };
}

function isIn(x: number, y: number, place: Place): boolean {
  const margin = 0.03;
  const inWidth = x > place.x - margin && x < place.x + place.w + margin;
  return inWidth && y > place.y - margin && y < place.y + place.h + margin;
}

function identify(picture: DecodedPicture, x: number, y: number): Identity | 'card' | undefined {
  const { width, height } = picture;
  const [luma, chroma] = [width * height, (width * height) / 4];
  const at = [(x * width) / 2, (y * height) / 2] as const;
  const u = meanAt(picture, luma, width / 2, ...at);
  const v = meanAt(picture, luma + chroma, width / 2, ...at);
  if (Math.abs(u - 128) + Math.abs(v - 128) < NEAR) {
    return meanAt(picture, 0, width, x * width, y * height) < 60 ? 'card' : undefined;
  }
  return identities.find((one) => Math.abs(one.u - u) < NEAR && Math.abs(one.v - v) < NEAR);
}

function readNumber(picture: DecodedPicture, place: Place, covers: readonly Place[]): number | undefined {
  const [tileWidth, tileHeight] = [place.w * picture.width, place.h * picture.height];
  const scale = Math.max(tileWidth / PICTURE.width, tileHeight / PICTURE.height);
  const [middleX, middleY] = [(place.x + place.w / 2) * picture.width, (place.y + place.h / 2) * picture.height];
  let number = 0;
  for (let bit = 0; bit < BITS.across * BITS.down; bit++) {
    const x = middleX + ((bit % BITS.across) + 0.5 - BITS.across / 2) * BITS.size * scale;
    const y = middleY + (Math.floor(bit / BITS.across) + 0.5 - BITS.down / 2) * BITS.size * scale;
    if (covers.some((cover) => isIn(x / picture.width, y / picture.height, cover))) return undefined;
    const value = meanAt(picture, 0, picture.width, x, y);
    if (value > 100 && value < 145) return undefined;
    if (value > 120) number |= 1 << bit;
  }
  return number;
}

function meanAt({ bytes }: DecodedPicture, offset: number, stride: number, x: number, y: number): number {
  const [left, top] = [Math.round(x - PATCH / 2), Math.round(y - PATCH / 2)];
  let sum = 0;
  for (let row = 0; row < PATCH; row++) {
    for (let column = 0; column < PATCH; column++) sum += bytes[offset + (top + row) * stride + left + column] ?? 0;
  }
  return sum / PATCH ** 2;
}
