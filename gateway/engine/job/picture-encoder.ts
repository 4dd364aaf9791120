import Gst from 'gi://Gst?version=1.0';
import type { PictureEncoder } from '../picture-protocol.ts';
import { type EncoderElement, encoderElements } from './picture-encoder-description.ts';

export interface ChosenEncoder {
  readonly encoder: PictureEncoder;
  readonly element: EncoderElement;
}

/** The wished encoder if it is there and gets its device; otherwise x264, and a line in the log. */
export function chooseEncoder(wished: PictureEncoder): ChosenEncoder {
  const element = encoderElements[wished].find(opens);
  if (element !== undefined) return { encoder: wished, element };
  printerr(`the encoder ${wished} is not present: x264 takes its place`);
  return { encoder: 'x264', element: 'x264enc' };
}

function opens(name: EncoderElement): boolean {
  const element = Gst.ElementFactory.make(name, null);
  if (element === null) return false;
  const ready = element.set_state(Gst.State.READY) !== Gst.StateChangeReturn.FAILURE;
  element.set_state(Gst.State.NULL);
  return ready;
}
