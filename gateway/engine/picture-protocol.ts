import { z } from 'zod';
import { boundPort, type JobContract, nothing, rtpInput, rtpOutput } from './protocol.ts';

const inputId = z.string().min(1);
const fraction = z.number().min(0).max(1);
const color = z.string().regex(/^#[0-9a-f]{6}$/i);

/**
 * One tile of the picture. Position and size are fractions of the picture, 0 to 1 from the top left; `z` orders
 * tiles that overlap, higher ones in front. Without an input, or while its input has no picture, the tile is a card.
 */
export const pictureTile = z.object({
  inputId: inputId.nullable(),
  /** The strip over a moving picture; '' for none. */
  label: z.string(),
  /** What the card says, if it is not the label. */
  card: z.object({ label: z.string() }).optional(),
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

/** Everything about one picture that is drawn: tiles, a line of text across its top, marks, and what lies behind. */
export const pictureScene = z.object({
  tiles: z.array(pictureTile).max(32).refine(everyInputOnce, 'an input may be shown in one tile only'),
  banner: z.string().default(''),
  marks: z
    .object({ recording: z.boolean().default(false), clock: z.boolean().default(false) })
    .default({ recording: false, clock: false }),
  background: z
    .object({
      color: color.default('#050404'),
      /** Shown in the middle while there is no tile at all. */
      holdTitle: z.string().default(''),
      holdText: z.string().default(''),
    })
    .default({ color: '#050404', holdTitle: '', holdText: '' }),
});
export type PictureScene = z.output<typeof pictureScene>;

function everyInputOnce(tiles: { inputId: string | null }[]): boolean {
  const shown = tiles.map((tile) => tile.inputId).filter((id) => id !== null);
  return new Set(shown).size === shown.length;
}

const tierId = z.string().min(1);
const bitrateKbps = z.int().min(64).max(8000);

/** One encode of the picture: its size, its rate, and what it may cost on a line. */
const pictureTier = z.object({
  tierId,
  width: z.int().min(160).max(1920).multipleOf(4),
  height: z.int().min(90).max(1080).multipleOf(2),
  fps: z.int().min(5).max(30),
  bitrateKbps,
});
export type PictureTier = z.output<typeof pictureTier>;

/** x264 runs on the processor; `va` is VA-API (Intel, AMD) and `nvenc` NVIDIA's encoder. */
const pictureEncoder = z.enum(['x264', 'va', 'nvenc']);
export type PictureEncoder = z.output<typeof pictureEncoder>;

export const pictureSettings = z.object({
  /** The largest first: no later tier is wider, higher or quicker than one before it. */
  tiers: z.array(pictureTier).min(1).max(4).refine(largestFirst, 'tiers go from the largest to the smallest'),
  encoder: pictureEncoder.default('x264'),
  /** x264's speed preset. */
  preset: z.enum(['ultrafast', 'superfast', 'veryfast']).default('superfast'),
  /** Milliseconds without a picture after which an input's tile becomes a card; until then its last picture stays. */
  stallMs: z.int().min(500).max(60_000).default(2000),
  /** Tiles move to their places within 300 ms, where the processor allows; otherwise they are cut to them. */
  transitions: z.boolean().default(true),
  /** IANA name of the clock's time zone; by default the system's. */
  timeZone: z.string().optional(),
});
export type PictureSettings = z.output<typeof pictureSettings>;

function largestFirst(tiers: PictureTier[]): boolean {
  const names = new Set(tiers.map((tier) => tier.tierId));
  const falls = tiers.every(({ width, height, fps }, index) => {
    const before = tiers[index - 1];
    return before === undefined || (width <= before.width && height <= before.height && fps <= before.fps);
  });
  return falls && names.size === tiers.length;
}

/** What is left out while the processor is short; each includes those before it. */
const pictureShed = z.enum(['nothing', 'transitions', 'frameRate', 'tier']);
export type PictureShed = z.output<typeof pictureShed>;

/**
 * Job `picture`: composes a room's pictures into one, and encodes it once per wanted tier as H.264 (constrained
 * baseline, one NAL unit per packet of at most 1,200 bytes: packetization-mode 0 of RFC 6184 6.2). Outputs flow on
 * whatever happens to inputs, tiles and other tiers; each keeps its SSRC. Refusals: `notConfigured`, `alreadyThere`,
 * `unknownTier`, `unknownInput`, `portUnavailable`.
 */
export const pictureContract = {
  job: 'picture',
  commands: {
    /** Comes first, once. Nothing is wanted yet. The answer is the encoder in use: x264 where the wish is not present. */
    configure: { params: pictureSettings, result: z.object({ encoder: pictureEncoder }) },
    /**
     * Says where a tier goes. The answer is the port that its RTP leaves from and that takes PLI and FIR. Opening it
     * anew only changes that: the picture goes on.
     */
    openOutput: { params: z.object({ tierId, rtp: rtpOutput }), result: boundPort },
    closeOutput: { params: z.object({ tierId }), result: nothing },
    /** Only these tiers are encoded, once they are open; the picture is drawn in the largest one's size. */
    setWanted: { params: z.object({ tierIds: z.array(tierId) }), result: nothing },
    setBitrate: { params: z.object({ tierId, bitrateKbps }), result: nothing },
    /** As PLI and FIR do by RTCP: all together bring at most one key frame per tier and second. */
    requestKeyFrame: { params: z.object({ tierId }), result: nothing },
    /** While on, every tier has a key frame at least every 2 s: recordings can be entered there. */
    setSteadyKeyFrames: { params: z.object({ on: z.boolean() }), result: nothing },
    /**
     * The answer is the port at which the stream is awaited. Under a name that is taken it takes the other's place, as
     * soon as it has a picture or that one has stalled.
     */
    addInput: {
      params: z.object({ inputId, rtp: rtpInput.extend({ codec: z.enum(['VP8', 'H264']) }) }),
      result: boundPort,
    },
    removeInput: { params: z.object({ inputId }), result: nothing },
    /** Tiles may name inputs that are not there yet; they are cards until then. */
    setScene: { params: pictureScene, result: nothing },
    stats: {
      params: z.object({}),
      result: z.object({
        /** By tier, since its output was opened. */
        framesOut: z.record(tierId, z.int()),
        keyFrames: z.record(tierId, z.int()),
        encoding: z.array(tierId),
        rssBytes: z.int(),
        shed: pictureShed,
        inputs: z.record(
          inputId,
          z.object({ live: z.boolean(), frames: z.int(), packets: z.int(), lost: z.int(), keyFrameRequests: z.int() }),
        ),
      }),
    },
  },
  event: z.discriminatedUnion('event', [
    /** The tier's first frame has left. */
    z.object({ event: z.literal('outputStarted'), tierId }),
    z.object({ event: z.literal('inputLive'), inputId }),
    z.object({ event: z.literal('inputStalled'), inputId }),
    /** What is left out from now on. */
    z.object({ event: z.literal('shed'), what: pictureShed }),
    /** Something inside failed; an input is mended by the job, for anything else the process ends. */
    z.object({ event: z.literal('error'), source: z.string(), message: z.string() }),
  ]),
} as const satisfies JobContract;
export type PictureContract = typeof pictureContract;
