import type { LineState } from '../protocol/lines.ts';
import type { Sample } from '../protocol/monitor.ts';
import { pictureQuality } from './picture-quality.ts';
import { speechQuality } from './speech.ts';
import { nameOfSource } from './stream-name.ts';

type HalfLine = LineState['up'];

/** What one direction of a line carries now, and how good it sounds and looks. The samples are its own of the last seconds. */
export function qualityOf(samples: readonly Sample[]): HalfLine {
  const half: HalfLine = {};
  const kbps = rateOf(samples);
  if (kbps !== undefined) half.kbps = round(kbps, 1);
  const speech = average(samples, heard);
  if (speech !== undefined) half.speech = round(speech, 100);
  const picture = average(samples, seen);
  if (picture !== undefined) half.picture = round(picture, 100);
  return half;
}

function heard(sample: Sample, all: readonly Sample[]): number | undefined {
  const { codec, concealed, unrepaired, loss, roundTripMs, jitterMs } = sample;
  if (codec === undefined || (concealed ?? unrepaired ?? loss) === undefined) return undefined;
  return speechQuality({
    codec,
    loss: concealed ?? unrepaired ?? loss ?? 0,
    roundTripMs: roundTripMs ?? all.find((s) => s.roundTripMs !== undefined)?.roundTripMs ?? 0,
    jitterMs: jitterMs ?? 0,
  });
}

function seen({ kbps = 0, height = 0, frames, spanMs, unrepaired, frozenMs = 0 }: Sample): number | undefined {
  if (height === 0 || frames === undefined || kbps === 0) return undefined;
  const framesPerSecond = (frames * 1000) / spanMs;
  return pictureQuality({
    kbps,
    height,
    framesPerSecond,
    loss: unrepaired ?? 0,
    frozen: Math.min(1, frozenMs / spanMs),
  });
}

/** Of the whole line where that is measured, else of all its streams together; of the latest interval. */
function rateOf(samples: readonly Sample[]): number | undefined {
  const whole = samples.findLast((s) => s.stream === undefined && s.kbps !== undefined);
  if (whole) return whole.kbps;
  const byStream = new Map<string, number>();
  for (const { stream, kbps } of samples) {
    if (stream && kbps !== undefined) byStream.set(nameOfSource(stream), kbps);
  }
  return byStream.size === 0 ? undefined : byStream.values().reduce((sum, kbps) => sum + kbps, 0);
}

function average(
  samples: readonly Sample[],
  of: (sample: Sample, all: readonly Sample[]) => number | undefined,
): number | undefined {
  let [sum, known] = [0, 0];
  for (const sample of samples) {
    const value = of(sample, samples);
    if (value === undefined) continue;
    sum += value;
    known++;
  }
  return known === 0 ? undefined : sum / known;
}

function round(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}
