import { countedOut } from './packet-tap.ts';

/** H.264 with its parameter sets before every key frame and each picture whole; slices stay as they are. */
export const parseH264 = 'h264parse config-interval=-1 ! video/x-h264,stream-format=byte-stream,alignment=au';

/** In pixels, and kbit/s at most. */
export interface SlideSize {
  readonly width: number;
  readonly height: number;
  readonly kbps: number;
}

const slideSizes = [
  { width: 1280, height: 720, from: 3600, most: 400 },
  { width: 640, height: 360, from: 920, most: 400 },
  { width: 320, height: 180, from: 240, most: 96 },
  { width: 160, height: 90, from: 0, most: 64 },
] as const;

/** The largest slide of which a picture has no more macroblocks than the endpoint takes (H.264 Annex A.3). */
export function sizeSlide(maxFs: number, maxBitrateKbps: number): SlideSize {
  const { width, height, most } = slideSizes.find(({ from }) => maxFs >= from) ?? slideSizes[3];
  return { width, height, kbps: Math.max(48, Math.min(most, Math.floor(maxBitrateKbps / 2))) };
}

const drawnFps = 25;

/** Nanoseconds by which to put the slide off: `imagefreeze` stamps its first picture with a multiple of its frame's length, which has passed already. */
export const slideDelayNs = 1e9 / drawnFps;

/**
 * The slide as H.264, four pictures a second; `gate` lets it through, `encoder` makes key frames. What `drawing` has been
 * given is drawn once, when the slide begins, and stands still from then on.
 */
export function slideDescription({ width, height, kbps }: SlideSize): string {
  return [
    `videotestsrc num-buffers=1 pattern=black ! video/x-raw,format=BGRA,width=${width},height=${height},framerate=4/1`,
    '! rsvgoverlay name=drawing ! videoconvert ! video/x-raw,format=I420 ! imagefreeze is-live=true',
    `! video/x-raw,framerate=${drawnFps}/1 ! videorate drop-only=true ! video/x-raw,framerate=4/1`,
    `! x264enc name=encoder tune=zerolatency speed-preset=veryfast bitrate=${kbps} key-int-max=20 threads=1 option-string="slice-max-size=1150"`,
    `! video/x-h264,profile=constrained-baseline ! valve name=gate ! ${parseH264} ! ${countedOut}`,
  ].join(' ');
}

/** Draws the slide as SVG: a calm dark surface, the text in the middle, one line each. */
export function drawSlide(text: string, width: number, height: number): string {
  const size = Math.round(height / 14);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const top = height / 2 - ((lines.length - 1) * size * 1.5) / 2 + size / 3;
  const rows = lines.map(
    (line, index) => `<text x="${width / 2}" y="${Math.round(top + index * size * 1.5)}">${escapeXml(line)}</text>`,
  );
  const mark = Math.round(height / 60);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">`,
    '<defs><linearGradient id="dusk" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#16263a"/><stop offset="1" stop-color="#0b1420"/></linearGradient></defs>',
    `<rect width="${width}" height="${height}" fill="url(#dusk)"/>`,
    `<rect x="${width / 2 - 4 * mark}" y="${Math.round(top - size * 2)}" width="${8 * mark}" height="${Math.max(2, mark / 2)}" fill="#d7a84b"/>`,
    `<g font-family="Be Vietnam Pro, sans-serif" font-size="${size}" fill="#e9eef5" text-anchor="middle">${rows.join('')}</g>`,
    '</svg>',
  ].join('');
}

export function escapeXml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
