import type { Lack, SiteTests, TestPart } from '../../server/protocol/rehearsals.ts';
import { formatNumber, formatTime } from '../ui/words.svelte.ts';
import { words } from './words.ts';

export type PartState = 'good' | 'bad' | 'none';

export function stateOf(tests: SiteTests, part: TestPart): PartState {
  const tried = tests[part];
  return tried === undefined ? 'none' : tried.ok ? 'good' : 'bad';
}

/** "sound, line, signature". */
export function sayLacks(lacks: readonly Lack[]): string {
  return lacks.map((lack) => words.lacks[lack]).join(', ');
}

/** The figures of what was tried; empty where there are none. */
export function sayFigures(tests: SiteTests, part: TestPart): string {
  switch (part) {
    case 'sound':
      return saySound(tests.sound);
    case 'picture':
      return tests.picture?.width ? words.figures.picture(sizeOf(tests.picture)) : '';
    case 'line':
      return sayLine(tests.line);
    case 'reach':
      return tests.reach?.roundTripMs === undefined
        ? ''
        : words.figures.reach({ trip: whole(tests.reach.roundTripMs) });
    case 'join':
      return tests.join ? words.ways[tests.join.way] : '';
  }
}

function saySound(sound: SiteTests['sound']): string {
  if (sound?.levelDb === undefined) return '';
  const level = whole(sound.levelDb);
  if (sound.delayMs === undefined) return words.figures.level({ level });
  return words.figures[sound.loop ? 'loop' : 'sound']({ level, delay: whole(sound.delayMs) });
}

function sayLine(line: SiteTests['line']): string {
  if (line?.upKbps === undefined && line?.downKbps === undefined) return '';
  const rate = (kbps: number | undefined) => (kbps === undefined ? '–' : whole(kbps));
  const measured = words.figures.line({ up: rate(line.upKbps), down: rate(line.downKbps) });
  if (!line.capacity) return measured;
  const { upKbps, downKbps } = line.capacity;
  return `${measured} (${words.figures.capacity({ up: rate(upKbps), down: rate(downKbps) })})`;
}

export function saySignature({ signed }: { signed?: { name: string; at: number } | undefined }): string {
  return signed ? words.signedBy({ name: signed.name, time: formatTime(signed.at) }) : words.notSigned;
}

const whole = (value: number) => formatNumber(Math.round(value));
const sizeOf = ({ width = 0, height = 0 }: { width?: number | undefined; height?: number | undefined }) => ({
  width: String(width),
  height: String(height),
});
