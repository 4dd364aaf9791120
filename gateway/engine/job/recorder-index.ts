import Gio from 'gi://Gio?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import { watchBus } from './pipeline.ts';
import { sleep } from './sleep.ts';

/**
 * Copies a fragmented MP4 into one with a single index at its front, and puts that in its place. (mp4mux can finish
 * its own fragments that way, `first-moov-then-finalise`; but in GStreamer 1.22 the fragments it leaves in that mode
 * after a crash are now and then unreadable.) Answers false when it did not succeed within `timeoutMs`: then the
 * fragmented file stays, which plays as well.
 */
export async function indexFile(file: string, timeoutMs: number): Promise<boolean> {
  const indexed = `${file}.indexing`;
  const queue = 'queue max-size-buffers=0 max-size-time=0 max-size-bytes=20000000';
  const pipeline = Gst.parse_launch(
    [
      'filesrc name=from ! qtdemux name=demux mp4mux name=mux faststart=true ! filesink name=to',
      `demux.video_0 ! ${queue} ! mux.video_0 demux.audio_0 ! ${queue} ! mux.audio_0`,
    ].join(' '),
  ) as Gst.Pipeline;
  pipeline.get_by_name('from')?.set_property('location', file);
  pipeline.get_by_name('to')?.set_property('location', indexed);
  const done = new Promise<boolean>((resolve) => {
    watchBus(pipeline, { onError: () => resolve(false), onEndOfStream: () => resolve(true) });
  });
  pipeline.set_state(Gst.State.PLAYING);
  const succeeded = await Promise.race([done, sleep(timeoutMs).then(() => false)]);
  pipeline.set_state(Gst.State.NULL);
  pipeline.get_bus().remove_watch();
  const from = Gio.File.new_for_path(indexed);
  if (!succeeded) {
    removeQuietly(from);
    return false;
  }
  from.move(Gio.File.new_for_path(file), Gio.FileCopyFlags.OVERWRITE, null, null);
  return true;
}

function removeQuietly(file: Gio.File): void {
  try {
    file.delete(null);
  } catch {
    // It was never made.
  }
}
