/** What an H.264 stream towards an endpoint may look like (RFC 6184 §8, ITU-T H.264 Annex A). */
import type { VideoLimits } from './media.ts';
import type { RtpFormat } from './sdp.ts';

export type H264Profile = 'constrainedBaseline' | 'baseline' | 'main' | 'extended' | 'high' | 'other';

export interface ProfileLevel {
  profile: H264Profile;
  /** profile_idc and profile-iop as they stand, e.g. `42e0`. */
  profileHex: string;
  /** Level times ten; level 1b is 9, as in profiles above Baseline. */
  level: number;
  /** level_idc as it stands, e.g. `1f`. */
  levelHex: string;
}

/** Annex A, table A-1: level → macroblocks per second, macroblocks per frame, kbit/s. */
const levels: readonly [level: number, mbps: number, fs: number, kbps: number][] = [
  [9, 1_485, 99, 128],
  [10, 1_485, 99, 64],
  [11, 3_000, 396, 192],
  [12, 6_000, 396, 384],
  [13, 11_880, 396, 768],
  [20, 11_880, 396, 2_000],
  [21, 19_800, 792, 4_000],
  [22, 20_250, 1_620, 4_000],
  [30, 40_500, 1_620, 10_000],
  [31, 108_000, 3_600, 14_000],
  [32, 216_000, 5_120, 20_000],
  [40, 245_760, 8_192, 20_000],
  [41, 245_760, 8_192, 50_000],
  [42, 522_240, 8_704, 50_000],
  [50, 589_824, 22_080, 135_000],
  [51, 983_040, 36_864, 240_000],
  [52, 2_073_600, 36_864, 240_000],
];

/** RFC 6184 §8.1: without the parameter it is Baseline at level 1. */
export function parseProfileLevel(value = '42000a'): ProfileLevel {
  const hex = /^[0-9a-f]{6}$/i.test(value) ? value.toLowerCase() : '42000a';
  const iop = Number.parseInt(hex.slice(2, 4), 16);
  const idc = hex.slice(0, 2);
  const level = Number.parseInt(hex.slice(4), 16);
  // Level 1b below High is written as level 1.1 with constraint_set3 (Annex A.3.4.1).
  const isLevel1b = level === 11 && (iop & 0x10) !== 0 && ['42', '4d', '58'].includes(idc);
  return {
    profile: profileOf(idc, iop),
    profileHex: hex.slice(0, 4),
    level: isLevel1b ? 9 : level,
    levelHex: hex.slice(4),
  };
}

/** RFC 6184 §8.1, table 5. */
function profileOf(idc: string, iop: number): H264Profile {
  if (idc === '42') return iop & 0x40 ? 'constrainedBaseline' : 'baseline';
  if (idc === '4d') return iop & 0x80 ? 'constrainedBaseline' : 'main';
  if (idc === '58') return (iop & 0xc0) === 0xc0 ? 'constrainedBaseline' : 'extended';
  return idc === '64' ? 'high' : 'other';
}

/**
 * What the other end decodes: its level, widened by max-fs, max-mbps and max-br (kbit/s) where it says so (RFC 6184 §8.1). What else
 * it can widen (max-smbps for still pictures, max-dpb, max-cpb) asks for no more of us than the level does.
 */
export function limitsOf({ fmtp }: Pick<RtpFormat, 'fmtp'>): VideoLimits {
  const { level } = parseProfileLevel(fmtp['profile-level-id']);
  const row = levels.findLast(([known]) => known <= level) ?? ([9, 1_485, 99, 64] as const);
  const widened = (name: string, base: number, unit = 1) => Math.max(base, wholeNumber(fmtp[name]) * unit);
  return {
    maxMbps: widened('max-mbps', row[1]),
    maxFs: widened('max-fs', row[2]),
    maxBitrate: widened('max-br', row[3] * 1000, 1000),
  };
}

const wholeNumber = (value = ''): number => (/^\d{1,9}$/.test(value) ? Number(value) : 0);

/** For a codec that is not H.264: the Constrained Baseline level that lies within these limits. */
export function profileLevelWithin({ maxFs, maxMbps }: Pick<VideoLimits, 'maxFs' | 'maxMbps'>): string {
  const level = levels.findLast(([known, mbps, fs]) => known !== 9 && mbps <= maxMbps && fs <= maxFs)?.[0] ?? 10;
  return `42e0${level.toString(16).padStart(2, '0')}`;
}

/**
 * RFC 6184 §8.2.2: the profile of the answer is the offer's; the level is ours where both may differ, else not above the offer's.
 * @param ours six hexadecimal digits, no level 1b
 */
export function answeredProfileLevel({ fmtp }: RtpFormat, ours: string): string {
  const theirs = parseProfileLevel(fmtp['profile-level-id']);
  const mayDiffer = fmtp['level-asymmetry-allowed'] === '1';
  if (mayDiffer || parseProfileLevel(ours).level <= theirs.level) return `${theirs.profileHex}${ours.slice(4)}`;
  return `${theirs.profileHex}${theirs.levelHex}`;
}

/** Parameter sets given out of band, base64 (RFC 6184 §8.1); a list that is not in order is left out. */
export function parameterSetsOf({ fmtp }: RtpFormat): string[] {
  return baseSixtyFourList(fmtp['sprop-parameter-sets']);
}

/** A comma-separated list of not more than 16 base64 texts of not more than 1024 characters. */
export function baseSixtyFourList(value = ''): string[] {
  const sets = value.split(',').map((set) => set.trim());
  const isOne = (set: string) => set.length <= 1024 && /^[\w+/]+={0,2}$/.test(set) && !set.includes('_');
  return sets.length <= 16 && sets.every(isOne) ? sets : [];
}

/** Smaller is better; `undefined` cannot be used. High comes last, after VP8: neither SFU nor browsers can be counted on to take it. */
export function preferenceOf(format: RtpFormat): number | undefined {
  const mode = format.fmtp['packetization-mode'] ?? '0';
  if (mode !== '0' && mode !== '1') return undefined; // interleaved mode needs a buffer nobody here has
  const { profile } = parseProfileLevel(format.fmtp['profile-level-id']);
  const rank: Partial<Record<H264Profile, number>> = { constrainedBaseline: 0, baseline: 1, main: 2, high: 20 };
  const base = rank[profile];
  return base === undefined ? undefined : base + (mode === '1' ? 0 : 4);
}
