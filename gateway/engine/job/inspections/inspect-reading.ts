import Gio from 'gi://Gio?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import system from 'system';
import { watchBus } from '../pipeline.ts';
import { elementOf, readProperty } from '../rtp.ts';
import { sleep } from '../sleep.ts';

/** Looked at in one go, before commands are listened to; and until their memory is collected. */
const atOnce = 50;
const untilCollected = 2000;
const idleMs = 5;

const sink = 'sync=false async=false enable-last-sample=false wait-on-eos=false';

export interface Media {
  readonly hasVideo: boolean;
  readonly hasAudio: boolean;
}

/** What is found, by the part's media time in ms. A picture is read from its sample when it is needed. */
export interface Finds {
  onPicture(sample: Gst.Sample, atMs: number): void;
  /** Interleaved, at the rate of `inspect-sound.ts`. */
  onSound(samples: Float32Array, channels: number, atMs: number): void;
}

/** Key frames alone are decoded, and become thumbnails of this size; the sound is decoded whole. */
function describe({ hasVideo, hasAudio }: Media, { width, height }: { width: number; height: number }): string {
  const video = [
    'demux.video_0 ! queue max-size-bytes=0 max-size-time=0 ! h264parse ! identity name=key-frames silent=true',
    '! avdec_h264 max-threads=1 output-corrupt=false ! videoscale add-borders=true ! videoconvert n-threads=1',
    `! video/x-raw,format=RGB,width=${width},height=${height},pixel-aspect-ratio=1/1`,
    `! appsink name=pictures max-buffers=4 ${sink}`,
  ];
  const audio = [
    'demux.audio_0 ! queue max-size-bytes=0 max-size-time=0 ! aacparse ! avdec_aac ! audioconvert ! audioresample',
    '! audio/x-raw,format=F32LE,layout=interleaved,rate=48000,channels=[1,2]',
    `! appsink name=sound max-buffers=${atOnce} ${sink}`,
  ];
  return ['fdsrc name=part ! qtdemux name=demux', ...(hasVideo ? video : []), ...(hasAudio ? audio : [])].join(' ');
}

/** Reads one part from a writer's socket to its end, and owns all that takes. */
export class PartReading {
  readonly #connection: Gio.SocketConnection;
  readonly #pipeline: Gst.Pipeline;
  readonly #sinks: Gst.Element[];
  readonly #finds: Finds;
  readonly #unwatch: () => void;
  #problem: string | null = null;
  #looked = 0;
  #isClosed = false;

  constructor(socket: string, media: Media, size: { width: number; height: number }, finds: Finds) {
    this.#finds = finds;
    this.#pipeline = Gst.parse_launch(describe(media, size)) as Gst.Pipeline;
    if (media.hasVideo)
      Gst.util_set_object_arg(elementOf(this.#pipeline, 'key-frames'), 'drop-buffer-flags', 'delta-unit');
    const names = [...(media.hasVideo ? ['pictures'] : []), ...(media.hasAudio ? ['sound'] : [])];
    this.#sinks = names.map((name) => elementOf(this.#pipeline, name));
    this.#unwatch = watchBus(this.#pipeline, {
      onError: ({ source, message }) => {
        this.#problem ??= `${source}: ${message}`;
      },
    });
    this.#connection = new Gio.SocketClient().connect(Gio.UnixSocketAddress.new(socket), null);
    elementOf(this.#pipeline, 'part').set_property('fd', this.#connection.get_socket().fd);
  }

  /** Resolves at its end, or when it cannot be read on; answers with what was wrong with it. */
  async run(): Promise<string | null> {
    this.#pipeline.set_state(Gst.State.PLAYING);
    while (!this.#isClosed && !this.#isThrough) await sleep(this.#look() ? 0 : idleMs);
    this.close();
    return this.#problem;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unwatch();
    this.#pipeline.set_state(Gst.State.NULL);
    this.#connection.close(null);
    system.gc();
  }

  get #isThrough(): boolean {
    return this.#problem !== null || this.#sinks.every((one) => readProperty(one, 'eos') === true);
  }

  /** Whether there was something. */
  #look(): boolean {
    let found = 0;
    for (const one of this.#sinks) {
      for (let count = 0; count < atOnce; count += 1) {
        const sample = one.emit('try-pull-sample', 0) as Gst.Sample | null;
        if (sample === null) break;
        this.#take(one, sample);
        found += 1;
      }
    }
    this.#looked += found;
    if (this.#looked >= untilCollected) {
      this.#looked = 0;
      system.gc();
    }
    return found > 0;
  }

  #take(from: Gst.Element, sample: Gst.Sample): void {
    const buffer = sample.get_buffer();
    const atMs = buffer.pts / 1e6;
    if (from.get_name() === 'pictures') {
      this.#finds.onPicture(sample, atMs);
      return;
    }
    const bytes = buffer.extract_dup(0, buffer.get_size());
    const channels = Number(sample.get_caps().get_structure(0).get_value('channels'));
    this.#finds.onSound(new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4), channels, atMs);
  }
}
