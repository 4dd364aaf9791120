import GLib from 'gi://GLib?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import { JobFailure } from '../job.ts';
import { elementOf } from '../rtp.ts';
import type { Sheet } from './inspect-strip.ts';

const quality = 75;
const patienceNs = 10e9;

/** A sheet as JPEG, in base64. */
export function encodeSheet({ rgb, width, height }: Sheet): string {
  const caps = `video/x-raw,format=RGB,width=${width},height=${height},framerate=0/1`;
  const encode = `appsrc name=sheet format=time caps="${caps}" ! videoconvert ! jpegenc quality=${quality} ! appsink name=jpeg sync=false`;
  const pipeline = Gst.parse_launch(encode) as Gst.Pipeline;
  try {
    pipeline.set_state(Gst.State.PLAYING);
    const sheet = elementOf(pipeline, 'sheet');
    sheet.emit('push-buffer', Gst.Buffer.new_wrapped_bytes(new GLib.Bytes(rgb)));
    sheet.emit('end-of-stream');
    const sample = elementOf(pipeline, 'jpeg').emit('try-pull-sample', patienceNs) as Gst.Sample | null;
    if (sample === null) throw new JobFailure('notEncoded', `a sheet of ${width}x${height}`);
    const buffer = sample.get_buffer();
    return GLib.base64_encode(buffer.extract_dup(0, buffer.get_size()));
  } finally {
    pipeline.set_state(Gst.State.NULL);
  }
}
