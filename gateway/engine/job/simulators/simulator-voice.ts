import GLib from 'gi://GLib?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import { JobFailure } from '../job.ts';
import { elementOf } from '../rtp.ts';
import { rawAudio } from '../sound-description.ts';

const bytesPerSecond = 48_000 * 2;

/** A whole voice file as raw sound (`rawAudio`). */
export type Voice = GLib.Bytes;

/** Decodes a voice file, at once: it is a few seconds long. */
export function loadVoice(path: string): Voice {
  const pipeline = Gst.parse_launch(
    `filesrc name=from ! oggdemux ! opusdec ! audioconvert ! audioresample ! ${rawAudio} ! appsink name=to sync=false`,
  ) as Gst.Pipeline;
  elementOf(pipeline, 'from').set_property('location', path);
  const sink = elementOf(pipeline, 'to');
  pipeline.set_state(Gst.State.PLAYING);
  const parts: Uint8Array[] = [];
  for (let sample = pull(sink); sample !== null; sample = pull(sink)) {
    const buffer = sample.get_buffer();
    parts.push(buffer.extract_dup(0, buffer.get_size()));
  }
  pipeline.set_state(Gst.State.NULL);
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  if (whole.length === 0) throw new JobFailure('voiceUnreadable', path);
  return new GLib.Bytes(whole);
}

function pull(sink: Gst.Element): Gst.Sample | null {
  return sink.emit('pull-sample') as Gst.Sample | null;
}

/**
 * Feeds a voice into an `appsrc`, in a loop, until the answered function is called. `now` tells the pipeline's running
 * time in ns.
 */
export function feedVoice(source: Gst.Element, voice: Voice, now: () => number): () => void {
  const seconds = voice.get_size() / bytesPerSecond;
  let next = now();
  const push = () => {
    const buffer = Gst.Buffer.new_wrapped_bytes(voice);
    buffer.pts = next;
    buffer.duration = Math.round(seconds * 1e9);
    source.emit('push-buffer', buffer);
    next += buffer.duration;
  };
  push();
  push();
  const timer = GLib.timeout_add(GLib.PRIORITY_DEFAULT, Math.floor(seconds * 1000), () => {
    push();
    return true;
  });
  return () => GLib.source_remove(timer);
}
