import GLib from 'gi://GLib?version=2.0';
import type Gst from 'gi://Gst?version=1.0';
import type { InspectContract } from '../inspect-protocol.ts';
import type { JobCommands } from '../protocol.ts';
import { encodeSheet } from './inspections/inspect-jpeg.ts';
import { type Finds, PartReading } from './inspections/inspect-reading.ts';
import { SoundMeter } from './inspections/inspect-sound.ts';
import { Strip } from './inspections/inspect-strip.ts';
import { JobFailure, type RunningJob } from './job.ts';

interface Inspection {
  readonly strip: Strip;
  readonly sound: SoundMeter;
  readonly size: { width: number; height: number };
  readonly durationMs: number;
  /** Shown until the next key frame. */
  latest: Gst.Sample | undefined;
}

/** One recording's inspection, see `inspect-protocol.ts`. */
export function start(): RunningJob {
  let inspection: Inspection | undefined;
  let reading: PartReading | undefined;
  const begun = () => {
    if (inspection === undefined) throw new JobFailure('notStarted', 'begin comes first');
    return inspection;
  };
  const commands: JobCommands<InspectContract> = {
    begin({ durationMs, strip }) {
      inspection = {
        ...{ strip: new Strip(strip), sound: new SoundMeter(durationMs), durationMs, latest: undefined },
        size: { width: strip.width, height: strip.height },
      };
      return {};
    },
    async readPart({ socket, atMs, ...media }) {
      const into = begun();
      reading = new PartReading(socket, media, into.size, findsInto(into, atMs));
      return { problem: await reading.run() };
    },
    finish() {
      const { strip, sound, latest, durationMs } = begun();
      if (latest !== undefined) strip.show(pixelsOf(latest), durationMs);
      const { peaks, ...found } = sound.result();
      return { sheets: strip.sheets.length, sound: { ...found, peaks: GLib.base64_encode(peaks) } };
    },
    sheet({ index }) {
      const sheet = begun().strip.sheets[index];
      if (sheet === undefined) throw new JobFailure('unknownSheet', String(index));
      return { jpeg: encodeSheet(sheet) };
    },
  };
  return { commands, unhurried: ['readPart'], close: () => reading?.close() };
}

function findsInto(into: Inspection, partAtMs: number): Finds {
  return {
    onPicture(sample, atMs) {
      const { strip, latest = sample } = into;
      if (strip.isDue(partAtMs + atMs)) strip.show(pixelsOf(latest), partAtMs + atMs);
      into.latest = sample;
    },
    onSound(samples, channels, atMs) {
      into.sound.seek(partAtMs + atMs);
      into.sound.push(samples, channels);
    },
  };
}

function pixelsOf(sample: Gst.Sample): Uint8Array {
  const buffer = sample.get_buffer();
  return buffer.extract_dup(0, buffer.get_size());
}
