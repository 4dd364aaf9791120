import type { Fragment } from '../protocol/recording.ts';
import type { PartOnDisk } from './timeline.ts';

/** A stretch of a part that is fetched at once: neighbouring fragments, the first with a key frame. */
export interface Segment {
  fragments: readonly Fragment[];
  ms: number;
  offset: number;
  bytes: number;
}

interface PlaylistOptions {
  /** While it runs: the list grows at its end, and the last fragments are told one by one. */
  live: boolean;
  /** In place of a file's name: where it is fetched. */
  urlOf: (file: string) => string;
}

/** Few enough for a list of hours, short enough to begin anywhere at once. */
const SEGMENT_MS = 4_000;
/** A key frame comes at least this often, so a fragment is hardly longer; players are told the longest once for all. */
const LONGEST_FRAGMENT_SECONDS = 2;
const TARGET_SECONDS = SEGMENT_MS / 1000 + LONGEST_FRAGMENT_SECONDS;
/** Partial segments stay listed for three target durations (4.4.4.9). */
const SEGMENTS_WITH_PARTS = 4;
const RECENT = 20;
const VERSION = 9;

/**
 * The list of a stream (RFC 8216bis) over the files themselves: each segment is a range of bytes. Parts follow one
 * another without their gaps, as `mediaAt` counts. While it runs, fragments of the segment that is not full yet are
 * partial segments (4.4.4.9), so that who watches live is one fragment behind.
 */
export function playlistOf(parts: readonly PartOnDisk[], { live, urlOf }: PlaylistOptions): string {
  const divided = parts.map((part, i) => {
    const isGrowing = live && i === parts.length - 1;
    return { part, url: urlOf(part.file), isGrowing, ...segmentsOf(part.fragments, isGrowing) };
  });
  const longest = Math.max(TARGET_SECONDS, ...divided.flatMap(({ segments }) => segments.map(seconds)));
  const lines = [
    '#EXTM3U',
    `#EXT-X-VERSION:${VERSION}`,
    `#EXT-X-TARGETDURATION:${Math.round(longest)}`,
    `#EXT-X-PLAYLIST-TYPE:${live ? 'EVENT' : 'VOD'}`,
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...(live ? liveLines(parts.at(-1)?.fragments ?? []) : []),
  ];
  for (const [i, { part, url, isGrowing, segments, rest }] of divided.entries()) {
    if (i > 0) lines.push('#EXT-X-DISCONTINUITY');
    const { init, startedAt } = part.header;
    lines.push(`#EXT-X-MAP:URI="${url}",BYTERANGE="${init.bytes}@${init.offset}"`);
    lines.push(`#EXT-X-PROGRAM-DATE-TIME:${new Date(startedAt + (part.fragments[0]?.at ?? 0)).toISOString()}`);
    for (const [j, segment] of segments.entries()) {
      const isRecent = isGrowing && j >= segments.length - SEGMENTS_WITH_PARTS;
      if (isRecent) lines.push(...segment.fragments.map((fragment) => partialLine(fragment, url)));
      lines.push(`#EXTINF:${seconds(segment).toFixed(3)},`, `#EXT-X-BYTERANGE:${segment.bytes}@${segment.offset}`, url);
    }
    lines.push(...rest.map((fragment) => partialLine(fragment, url)));
  }
  if (!live) lines.push('#EXT-X-ENDLIST');
  return `${lines.join('\n')}\n`;
}

/**
 * Full segments, and the fragments that do not make one yet. A segment once made stays as it is, whatever follows, and
 * begins with a key frame.
 */
export function segmentsOf(
  fragments: readonly Fragment[],
  growing: boolean,
): { segments: Segment[]; rest: readonly Fragment[] } {
  const segments: Segment[] = [];
  let open: Fragment[] = [];
  for (const fragment of fragments) {
    const before = open.at(-1);
    const isFull = before !== undefined && sum(open) >= SEGMENT_MS && fragment.key;
    const isApart = before !== undefined && before.offset + before.bytes !== fragment.offset;
    if (isFull || isApart) {
      segments.push(segmentOf(open));
      open = [];
    }
    open.push(fragment);
  }
  if (growing) return { segments, rest: open };
  return { segments: open.length > 0 ? [...segments, segmentOf(open)] : segments, rest: [] };
}

/** How many segments the list of a growing stream has, and how many fragments of the next one. */
export function progressOf(parts: readonly PartOnDisk[]): { segments: number; fragments: number } {
  const divided = parts.map(({ fragments }, i) => segmentsOf(fragments, i === parts.length - 1));
  const segments = divided.reduce((sum, of) => sum + of.segments.length, 0);
  return { segments, fragments: divided.at(-1)?.rest.length ?? 0 };
}

/** Blocking reloads (6.2.5.2) spare whoever watches live from asking in vain. */
function liveLines(fragments: readonly Fragment[]): string[] {
  const target = Math.max(LONGEST_FRAGMENT_SECONDS, ...fragments.slice(-RECENT).map(seconds));
  return [
    `#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=${(target * 3).toFixed(3)}`,
    `#EXT-X-PART-INF:PART-TARGET=${target.toFixed(3)}`,
  ];
}

function seconds({ ms }: { ms: number }): number {
  return ms / 1000;
}

function partialLine({ ms, bytes, offset, key }: Fragment, url: string): string {
  const independent = key ? ',INDEPENDENT=YES' : '';
  return `#EXT-X-PART:DURATION=${seconds({ ms }).toFixed(3)},URI="${url}",BYTERANGE="${bytes}@${offset}"${independent}`;
}

function segmentOf(fragments: Fragment[]): Segment {
  const [first] = fragments;
  const bytes = fragments.reduce((total, fragment) => total + fragment.bytes, 0);
  return { fragments, ms: sum(fragments), offset: first?.offset ?? 0, bytes };
}

function sum(fragments: readonly Fragment[]): number {
  const [first] = fragments;
  const last = fragments.at(-1);
  return first && last ? last.at + last.ms - first.at : 0;
}
