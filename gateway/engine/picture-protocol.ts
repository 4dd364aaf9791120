import { z } from 'zod';
import { boundPort, type JobContract, nothing, rtpInput, rtpOutput } from './protocol.ts';

const inputId = z.string().min(1);
const fraction = z.number().min(0).max(1);
const color = z.string().regex(/^#[0-9a-f]{6}$/i);

/**
 * One tile of the picture. Position and size are fractions of the picture, 0 to 1 from the top left; `z` orders
 * tiles that overlap, higher ones in front. Without an input, or while its input has no picture, the tile is a card
 * with the label on it.
 */
export const pictureTile = z.object({
  inputId: inputId.nullable(),
  label: z.string(),
  muted: z.boolean().default(false),
  speaking: z.boolean().default(false),
  x: fraction,
  y: fraction,
  w: fraction,
  h: fraction,
  fit: z.enum(['cover', 'contain']).default('cover'),
  z: z.int().default(0),
});
export type PictureTile = z.output<typeof pictureTile>;

/** Everything about one picture that is drawn: tiles, a line of text across its top, and what lies behind. */
export const pictureScene = z.object({
  tiles: z.array(pictureTile).max(32).refine(everyInputOnce, 'an input may be shown in one tile only'),
  banner: z.string().default(''),
  background: z
    .object({
      color: color.default('#050404'),
      /** Shown in the middle while there is no tile at all. */
      holdText: z.string().default(''),
    })
    .default({ color: '#050404', holdText: '' }),
});
export type PictureScene = z.output<typeof pictureScene>;

function everyInputOnce(tiles: { inputId: string | null }[]): boolean {
  const shown = tiles.map((tile) => tile.inputId).filter((id) => id !== null);
  return new Set(shown).size === shown.length;
}

export const pictureOutput = z.object({
  width: z.int().min(160).max(1920).multipleOf(4).default(1280),
  height: z.int().min(90).max(1080).multipleOf(2).default(720),
  fps: z.int().min(5).max(30).default(25),
  bitrateKbps: z.int().min(64).max(8000).default(1500),
  /** x264's speed preset. */
  preset: z.enum(['ultrafast', 'superfast', 'veryfast']).default('superfast'),
  /** Milliseconds without a picture after which an input's tile becomes a card. */
  stallMs: z.int().min(500).max(60_000).default(3000),
  rtp: rtpOutput,
});
export type PictureOutput = z.output<typeof pictureOutput>;

/**
 * Job `picture`: composes a room's pictures into one H.264 stream (constrained baseline, one NAL unit per packet of
 * at most 1,200 bytes: packetization-mode 0 of RFC 6184 6.2). The output flows from `configureOutput` on, whatever
 * happens to inputs and tiles. Refusals: `notConfigured`, `alreadyThere`, `unknownInput`, `portUnavailable`.
 */
export const pictureContract = {
  job: 'picture',
  commands: {
    /** Comes first, once. The answer is the port that RTP leaves from and that takes PLI and FIR. */
    configureOutput: { params: pictureOutput, result: boundPort },
    setBitrate: { params: z.object({ bitrateKbps: z.int().min(64).max(8000) }), result: nothing },
    requestKeyFrame: { params: z.object({}), result: nothing },
    addInput: {
      params: z.object({ inputId, rtp: rtpInput.extend({ codec: z.enum(['VP8', 'H264']) }) }),
      result: boundPort,
    },
    removeInput: { params: z.object({ inputId }), result: nothing },
    /** Tiles may name inputs that are not there yet; they are cards until then. */
    setTiles: { params: pictureScene, result: nothing },
    stats: {
      params: z.object({}),
      result: z.object({
        framesOut: z.int(),
        rssBytes: z.int(),
        inputs: z.record(
          inputId,
          z.object({ live: z.boolean(), frames: z.int(), packets: z.int(), lost: z.int(), keyFrameRequests: z.int() }),
        ),
      }),
    },
  },
  event: z.discriminatedUnion('event', [
    /** The first frame has left. */
    z.object({ event: z.literal('outputStarted') }),
    z.object({ event: z.literal('inputLive'), inputId }),
    z.object({ event: z.literal('inputStalled'), inputId }),
    /** Something inside failed; an input is mended by the job, for anything else the process ends. */
    z.object({ event: z.literal('error'), source: z.string(), message: z.string() }),
  ]),
} as const satisfies JobContract;
export type PictureContract = typeof pictureContract;
