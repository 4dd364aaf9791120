import Gst from 'gi://Gst?version=1.0';
import { elementOf } from '../rtp.ts';
import { pictureColours } from './picture-description.ts';
import type { Drawn } from './picture-drawing.ts';

/** A pad of the compositor that shows nothing yet. */
export function requestPad(compositor: Gst.Element): Gst.Pad {
  const pad = compositor.request_pad_simple('sink_%u');
  if (pad === null) throw new Error('the compositor has no more pads');
  pad.set_property('alpha', 0);
  return pad;
}

/** Turns what is drawn into the compositor's own format, so that no frame has to. It works in the caller's thread. */
export class Converter {
  readonly #pipeline: Gst.Pipeline;
  readonly #entry: Gst.Pad;
  readonly #sink: Gst.Element;

  constructor() {
    const sink = 'appsink name=sink sync=false async=false enable-last-sample=false';
    this.#pipeline = Gst.parse_launch(
      `videoconvert name=convert ! video/x-raw,format=I420,${pictureColours} ! ${sink}`,
    ) as Gst.Pipeline;
    const entry = elementOf(this.#pipeline, 'convert').get_static_pad('sink');
    if (entry === null) throw new Error('the converter has no entry');
    this.#entry = entry;
    this.#sink = elementOf(this.#pipeline, 'sink');
    this.#pipeline.set_state(Gst.State.PLAYING);
    this.#entry.send_event(Gst.Event.new_stream_start('drawn'));
  }

  convert({ width, height, pixels }: Drawn): Gst.Sample {
    this.#entry.send_event(
      Gst.Event.new_caps(capsOf(`video/x-raw,format=RGBA,width=${width},height=${height},framerate=0/1`)),
    );
    this.#entry.send_event(Gst.Event.new_segment(timeSegment()));
    this.#entry.chain(stillBuffer(Gst.Buffer.new_wrapped_bytes(pixels)));
    const sample = this.#sink.emit('try-pull-sample', 0) as Gst.Sample | null;
    if (sample === null) throw new Error(`cannot convert ${width}x${height}`);
    return sample;
  }

  close(): void {
    this.#pipeline.set_state(Gst.State.NULL);
  }
}

/**
 * A drawn picture's own pad, hidden at first. The picture is followed by the end of its stream: the compositor repeats it
 * from then on, and neither waits for another nor has any thread that would bring one. Whoever opens it closes it.
 */
export function openSlot(compositor: Gst.Element, picture: Gst.Sample): Gst.Pad {
  const pad = requestPad(compositor);
  pad.set_property('repeat-after-eos', true);
  pad.send_event(Gst.Event.new_stream_start(pad.get_name()));
  pad.send_event(Gst.Event.new_caps(picture.get_caps()));
  pad.send_event(Gst.Event.new_segment(timeSegment()));
  pad.chain(picture.get_buffer());
  pad.send_event(Gst.Event.new_eos());
  return pad;
}

export function closeSlot(compositor: Gst.Element, pad: Gst.Pad): void {
  pad.send_event(Gst.Event.new_flush_start());
  compositor.release_request_pad(pad);
}

function stillBuffer(buffer: Gst.Buffer): Gst.Buffer {
  buffer.pts = 0;
  return buffer;
}

function timeSegment(): Gst.Segment {
  const segment = new Gst.Segment();
  segment.init(Gst.Format.TIME);
  return segment;
}

function capsOf(text: string): Gst.Caps {
  const caps = Gst.Caps.from_string(text);
  if (caps === null) throw new Error(`no caps: ${text}`);
  return caps;
}
