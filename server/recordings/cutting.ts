import type { Gap, Part } from '../protocol/recording.ts';
import type { RecordingOnDisk, StreamOnDisk } from './folder.ts';
import { cutPart, type Stretch } from './ranges.ts';

/** The recording as far as it lies in the stretch: nothing else of it is known to whoever gets this. */
export function cutRecording(recording: RecordingOnDisk, stretch: Stretch): RecordingOnDisk {
  const streams = recording.streams.map((stream) => cutStream(stream, stretch)).filter(({ parts }) => parts.length > 0);
  const parts = streams.find(({ stream }) => stream === 'program')?.placed ?? [];
  const { startedAt, durationMs, gaps } = recording.timeline;
  const timeline = {
    startedAt,
    durationMs: Math.min(durationMs, stretch.to),
    parts: [...parts],
    gaps: cutGaps(gaps, stretch),
  };
  return { ...recording, timeline, streams };
}

/** Which stretch of the program's media time (`mediaAt`) the stretch shows; empty where it shows nothing. */
export function mediaStretchOf({ streams }: RecordingOnDisk, stretch: Stretch): Stretch {
  const program = streams.find(({ stream }) => stream === 'program');
  const times = (program?.parts ?? []).flatMap((part, i) => {
    const place = program?.placed[i];
    const { fragments = [] } = (place && cutPart(part, place.at, stretch)) ?? {};
    return place ? fragments.map(({ at, ms }) => ({ from: place.mediaAt + at, to: place.mediaAt + at + ms })) : [];
  });
  return { from: times[0]?.from ?? 0, to: times.at(-1)?.to ?? 0 };
}

function cutStream({ stream, parts, placed }: StreamOnDisk, stretch: Stretch): StreamOnDisk {
  let mediaAt = 0;
  const cut = parts.flatMap((part, i) => {
    const place = placed[i];
    const found = place && cutPart(part, place.at, stretch);
    const first = found?.fragments[0];
    const last = found?.fragments.at(-1);
    if (!place || !found || !first || !last) return [];
    const durationMs = last.at + last.ms - first.at;
    const bytes = found.fragments.reduce((sum, fragment) => sum + fragment.bytes, found.header.init.bytes);
    const times = { startedAt: place.startedAt + first.at, at: place.at + first.at, mediaAt, durationMs };
    mediaAt += durationMs;
    const moved: Part = { part: place.part, file: place.file, ...times, bytes };
    return [{ part: found, placed: moved }];
  });
  return { stream, parts: cut.map(({ part }) => part), placed: cut.map(({ placed: moved }) => moved) };
}

function cutGaps(gaps: readonly Gap[], { from, to }: Stretch): Gap[] {
  return gaps.filter(({ at, durationMs }) => at < to && at + durationMs > from);
}
