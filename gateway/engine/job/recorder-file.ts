import Gio from 'gi://Gio?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import { addBin, discard, linkPads, padOf, requestPad } from './branch.ts';
import { elementOf } from './rtp.ts';
import { sleep } from './sleep.ts';

/** Milliseconds that a fragment covers: what a crash can cost, and a little more. */
const fragmentMs = 1000;

/**
 * From the tees to a fragmented MP4. It can be cut off anywhere and plays up to its last fragment. The muxer takes no
 * new caps once it runs: a change of the picture's size reaches it only in the parameter sets in band, and players
 * follow those.
 */
function muxDescription(file: string): string {
  return [
    'queue name=video max-size-buffers=0 max-size-bytes=0 max-size-time=0 ! capssetter name=fixed join=false replace=true ! mux.video_0',
    'queue name=audio max-size-buffers=0 max-size-bytes=0 max-size-time=0 ! audioconvert ! avenc_aac bitrate=128000 ! aacparse ! mux.audio_0',
    `mp4mux name=mux fragment-duration=${fragmentMs}`,
    `! filesink name=file location="${file.replace(/(["\\])/g, '\\$1')}" sync=false async=false buffer-mode=unbuffered`,
  ].join(' ');
}

/** A file being written. Whoever opened it finishes or closes it. */
export interface OpenFile {
  /** Lets the sound in: from then on the muxer writes both. */
  addSound(): void;
  /** Ends both streams and resolves when `noteEnd` says that all is written, or after `timeoutMs`. */
  finish(timeoutMs: number): Promise<void>;
  noteEnd(): void;
  close(): void;
}

/** The tees to write from: raw sound, and H.264 of these caps (`avc`) that begins with a key frame. */
interface FileSource {
  readonly file: string;
  readonly caps: Gst.Caps;
  readonly video: Gst.Element;
  readonly audio: Gst.Element;
}

export function openFile(pipeline: Gst.Pipeline, { file, caps, video, audio }: FileSource): OpenFile {
  const bin = addBin(pipeline, muxDescription(file), (made) => elementOf(made, 'fixed').set_property('caps', caps));
  const sinks = { video: exposeSink(bin, 'video'), audio: exposeSink(bin, 'audio') };
  const feeds: { tee: Gst.Element; pad: Gst.Pad }[] = [];
  const feed = (tee: Gst.Element, sink: Gst.Pad) => {
    const pad = requestPad(tee, 'src_%u');
    linkPads(pad, sink);
    feeds.push({ tee, pad });
  };
  const cut = () => {
    for (const { tee, pad } of feeds.splice(0)) tee.release_request_pad(pad);
  };
  let noteEnd = () => {};
  const ended = new Promise<void>((resolve) => {
    noteEnd = resolve;
  });
  bin.sync_state_with_parent();
  feed(video, sinks.video);
  return {
    addSound: () => feed(audio, sinks.audio),
    noteEnd: () => noteEnd(),
    async finish(timeoutMs) {
      cut();
      for (const sink of Object.values(sinks)) sink.send_event(Gst.Event.new_eos());
      await Promise.race([ended, sleep(timeoutMs)]);
      discard(pipeline, bin);
    },
    close() {
      cut();
      discard(pipeline, bin);
    },
  };
}

function exposeSink(bin: Gst.Bin, name: string): Gst.Pad {
  const pad = Gst.GhostPad.new(name, padOf(elementOf(bin, name), 'sink'));
  pad.set_active(true);
  bin.add_pad(pad);
  return pad;
}

/** Bytes of a file; 0 when there is none. */
export function sizeOf(path: string): number {
  try {
    return Gio.File.new_for_path(path).query_info('standard::size', 0, null).get_size();
  } catch {
    return 0;
  }
}
