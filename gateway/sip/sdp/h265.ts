/** H.265 from endpoints that have nothing else (RFC 7798 §7.1, ITU-T H.265 Annex A). */
import { baseSixtyFourList } from './h264.ts';
import type { VideoLimits } from './media.ts';
import type { RtpFormat } from './sdp.ts';

/** Tables A.8 and A.9, Main tier: level_idc (thirty times the level) → luma samples per picture, per second, kbit/s. */
const levels: readonly [level: number, pictureSamples: number, samplesPerSecond: number, kbps: number][] = [
  [30, 36_864, 552_960, 128],
  [60, 122_880, 3_686_400, 1_500],
  [63, 245_760, 7_372_800, 3_000],
  [90, 552_960, 16_588_800, 6_000],
  [93, 983_040, 33_177_600, 10_000],
  [120, 2_228_224, 66_846_720, 12_000],
  [123, 2_228_224, 133_693_440, 20_000],
  [150, 8_912_896, 267_386_880, 25_000],
  [153, 8_912_896, 534_773_760, 40_000],
  [156, 8_912_896, 1_069_547_520, 60_000],
];
const samplesPerMacroblock = 256;

/** RFC 7798 §7.1: without the parameter it is level 3.1, which is what we decode too. */
const defaultLevel = 93;

const number = (value: string | undefined): number | undefined =>
  value !== undefined && /^\d{1,10}$/.test(value) ? Number(value) : undefined;

/** Main profile on one stream in decoding order: what a decoder without RFC 7798's reordering can take. */
export function isUsableH265({ fmtp }: RtpFormat): boolean {
  const inOrder =
    (number(fmtp['sprop-max-don-diff']) ?? 0) === 0 && (fmtp['tx-mode'] ?? 'SRST').toUpperCase() === 'SRST';
  return inOrder && (number(fmtp['profile-space']) ?? 0) === 0 && (number(fmtp['profile-id']) ?? 1) === 1;
}

export function h265Limits({ fmtp }: RtpFormat): VideoLimits {
  const level = number(fmtp['level-id']) ?? defaultLevel;
  const row = levels.findLast(([known]) => known <= level) ?? ([30, 36_864, 552_960, 128] as const);
  return {
    maxFs: Math.floor(Math.max(row[1], number(fmtp['max-lps']) ?? 0) / samplesPerMacroblock),
    maxMbps: Math.floor(Math.max(row[2], number(fmtp['max-lsr']) ?? 0) / samplesPerMacroblock),
    maxBitrate: Math.max(row[3], number(fmtp['max-br']) ?? 0) * 1000,
  };
}

/** RFC 7798 §7.2.2: profile and tier of the answer are the offer's, the level is not above it. */
export function h265Parameters({ fmtp }: Pick<RtpFormat, 'fmtp'>): string {
  const kept = ['profile-space', 'profile-id', 'tier-flag'].filter((name) => number(fmtp[name]) !== undefined);
  const level = Math.min(number(fmtp['level-id']) ?? defaultLevel, defaultLevel);
  return [...kept.map((name) => `${name}=${fmtp[name]}`), `level-id=${level}`].join(';');
}

/** Video, sequence and picture parameter sets given out of band, base64, in the order in which a decoder wants them. */
export function h265ParameterSets({ fmtp }: RtpFormat): string[] {
  return ['sprop-vps', 'sprop-sps', 'sprop-pps'].flatMap((name) => baseSixtyFourList(fmtp[name]));
}
