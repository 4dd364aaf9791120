import type { MediaCodec } from '../protocol/monitor.ts';

/** The scale of the wideband model: without any impairment (ITU-T G.107.1 7). */
const BEST = 129;
/** One scale for all: the transmission rating of a wideband call is 1.29 times that of a narrowband one (G.107.1). */
const WIDEBAND = 1.29;
/** The most that coding and loss together can take (G.107 7.5). */
const WORST_EQUIPMENT = 95;
/** Packets of 20 ms, look-ahead of the codec, sound card and mixing, which no RTCP knows. */
const FIXED_DELAY_MS = 65;

interface Impairment {
  /** Ie,wb: by the coding itself. */
  coding: number;
  /** Bpl: how well it bears random loss, in per cent. */
  robustness: number;
}

/**
 * G.113 knows G.711 (36 on the wideband scale; 25.1 with concealment) and G.722 at 64 kbit/s (13). It does not list Opus nor the
 * robustness of G.722: these are ours, that of AMR-WB for G.722, and for Opus with in-band FEC that of concealed G.711.
 */
const IMPAIRMENTS: Partial<Record<MediaCodec, Impairment>> = {
  opus: { coding: 5, robustness: 20 },
  g722: { coding: 13, robustness: 4.9 },
  g711: { coding: 36, robustness: 25.1 },
};

export interface Speech {
  codec: MediaCodec;
  /** 0 to 1, of what the listener lacks: after repair. */
  loss: number;
  roundTripMs: number;
  jitterMs: number;
}

/** Rating R of a conversation over this line, 0 to 129 (ITU-T G.107.1); nothing where the codec carries no speech. */
export function ratingOf({ codec, loss, roundTripMs, jitterMs }: Speech): number | undefined {
  const impairment = IMPAIRMENTS[codec];
  if (!impairment) return undefined;
  const { coding, robustness } = impairment;
  const percent = loss * 100;
  // G.107 (7-29) with BurstR = 1: losses are taken to be random.
  const equipment = coding + (WORST_EQUIPMENT - coding) * (percent / (percent + robustness));
  // A jitter buffer holds about twice the jitter.
  const delayMs = roundTripMs / 2 + 2 * jitterMs + FIXED_DELAY_MS;
  return Math.max(0, BEST - delayImpairment(delayMs) - equipment);
}

/** Mean opinion score of a conversation, 1 to 4.5 (G.107 Annex B). */
export function speechQuality(speech: Speech): number | undefined {
  const rating = ratingOf(speech);
  return rating === undefined ? undefined : opinionOf(rating / WIDEBAND);
}

/** Idd: that it takes long, with perfect echo cancellation (G.107 (7-27), (7-28)). */
function delayImpairment(delayMs: number): number {
  if (delayMs <= 100) return 0;
  const x = Math.log2(delayMs / 100);
  return 25 * ((1 + x ** 6) ** (1 / 6) - 3 * (1 + (x / 3) ** 6) ** (1 / 6) + 2);
}

/** G.107 (B-4), which dips below 1 for ratings under 6.5. */
function opinionOf(r: number): number {
  if (r >= 100) return 4.5;
  return Math.max(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6);
}
