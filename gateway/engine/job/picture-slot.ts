import Gst from 'gi://Gst?version=1.0';
import type { PictureTier } from '../picture-protocol.ts';
import { drawnPictureDescription } from './picture-description.ts';
import type { Drawn } from './picture-drawing.ts';
import type { Rect } from './picture-layout.ts';
import { collectRemoved } from './pipeline.ts';
import { elementOf } from './rtp.ts';

/** A place in the composition for a drawn picture; made once, then reused, and closed with its pipeline. */
export interface Slot {
  readonly source: Gst.Element;
  readonly pad: Gst.Pad;
  /** What the drawing depends on, so that it is drawn only when it changes. */
  key: string;
  drawn: { width: number; height: number };
}

export function openSlot(
  pipeline: Gst.Pipeline,
  compositor: Gst.Element,
  output: Pick<PictureTier, 'width' | 'height' | 'fps'>,
): Slot {
  const bin = Gst.parse_bin_from_description(drawnPictureDescription(output), true);
  pipeline.add(bin);
  const pad = requestPad(compositor);
  bin.get_static_pad('src')?.link(pad);
  bin.sync_state_with_parent();
  return { source: elementOf(bin, 'source'), pad, key: '', drawn: { width: 0, height: 0 } };
}

/** A pad of the compositor that shows nothing yet. */
export function requestPad(compositor: Gst.Element): Gst.Pad {
  const pad = compositor.request_pad_simple('sink_%u');
  if (pad === null) throw new Error('the compositor has no more pads');
  hidePad(pad);
  return pad;
}

export function hidePad(pad: Gst.Pad): void {
  pad.set_property('alpha', 0);
}

export function placePad(pad: Gst.Pad, { x, y, width, height }: Rect, order: number): void {
  pad.set_property('xpos', x);
  pad.set_property('ypos', y);
  pad.set_property('width', width);
  pad.set_property('height', height);
  pad.set_property('zorder', order);
  pad.set_property('alpha', 1);
}

/** Draws anew if `key` changed, and answers with the size of what the slot shows. */
export function fillSlot(slot: Slot, key: string, draw: () => Drawn): { width: number; height: number } {
  if (slot.key === key) return slot.drawn;
  const { width, height, pixels } = draw();
  const caps = Gst.Caps.from_string(`video/x-raw,format=RGBA,width=${width},height=${height},framerate=0/1`);
  if (caps === null) throw new Error(`no caps for ${width}x${height}`);
  slot.source.emit('push-sample', Gst.Sample.new(Gst.Buffer.new_wrapped_bytes(pixels), caps, null, null));
  collectRemoved();
  slot.key = key;
  slot.drawn = { width, height };
  return slot.drawn;
}
