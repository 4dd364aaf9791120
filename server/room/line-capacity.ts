/** What each picture on one direction of a line may take, kbit/s. */
export interface PictureRates {
  main: number;
  content: number;
}

/** Packets of G.711 or Opus with their headers, RTCP and SIP: sound comes first. */
const CODEC_SOUND_KBPS = 100;
/** What headers and busy seconds leave of the rest. */
const CODEC_FILL = 0.9;
/** Less is no picture: so much the engine needs for its slide. */
const LEAST_KBPS = 48;
/** Slides on a line of their own wait behind who speaks. */
const MAIN_SHARE = 0.6;

/**
 * @param kbps of that direction as configured; not known: it limits nothing
 * @param hasContent a second picture shares the line
 * @param askedKbps what the endpoint takes of its main picture
 */
export function picturesOf(kbps = Infinity, hasContent: boolean, askedKbps = Infinity): PictureRates {
  const left = (kbps - CODEC_SOUND_KBPS) * CODEC_FILL;
  const share = (part: number) => Math.max(LEAST_KBPS, Math.floor(left * part));
  return { main: Math.min(askedKbps, share(hasContent ? MAIN_SHARE : 1)), content: share(1 - MAIN_SHARE) };
}

/** What a line must have so that its pictures may take so much: the reverse of `picturesOf`. */
export function lineFor({ main, content }: { main: number; content?: number | undefined }): number {
  const left = content === undefined ? main : Math.max(main / MAIN_SHARE, content / (1 - MAIN_SHARE));
  return Math.ceil(left / CODEC_FILL + CODEC_SOUND_KBPS);
}
