import Gst from 'gi://Gst?version=1.0';
import type { PictureEncoder } from '../../picture-protocol.ts';
import { type EncoderElement, encoderDescription, encoderElements } from './picture-encoder-description.ts';

export interface ChosenEncoder {
  readonly encoder: PictureEncoder;
  readonly element: EncoderElement;
}

/** A device that takes longer for a few small frames is of no use. */
const trialNs = 2_000_000_000;

/** The wished encoder if it is there and encodes what it will be asked for; otherwise x264, and a line in the log. */
export function chooseEncoder(wished: PictureEncoder): ChosenEncoder {
  if (wished === 'x264') return { encoder: 'x264', element: 'x264enc' };
  const reasons: string[] = [];
  for (const element of encoderElements[wished]) {
    const reason = trial(element);
    if (reason === undefined) return { encoder: wished, element };
    reasons.push(`${element}: ${reason}`);
  }
  printerr(`the encoder ${wished} is not present: x264 takes its place (${reasons.join('; ')})`);
  return { encoder: 'x264', element: 'x264enc' };
}

/**
 * Has an encoder make a few frames as the tiers will want them; answers why it did not. A driver may open its device and
 * still know neither the profile nor a property.
 */
function trial(element: EncoderElement): string | undefined {
  if (Gst.ElementFactory.find(element) === null) return 'no such element';
  const encoder = encoderDescription(element, { fps: 25, bitrateKbps: 500, preset: 'ultrafast' });
  const raw = 'videotestsrc num-buffers=5 ! video/x-raw,format=I420,width=320,height=180,framerate=25/1';
  const wanted = 'video/x-h264,profile=constrained-baseline';
  try {
    const pipeline = Gst.parse_launch(`${raw} ! ${encoder} ! ${wanted} ! fakesink sync=false`) as Gst.Pipeline;
    pipeline.set_state(Gst.State.PLAYING);
    const message = pipeline.get_bus().timed_pop_filtered(trialNs, Gst.MessageType.EOS | Gst.MessageType.ERROR);
    pipeline.set_state(Gst.State.NULL);
    if (message === null) return 'no answer';
    return message.type === Gst.MessageType.EOS ? undefined : message.parse_error()[0].message;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
