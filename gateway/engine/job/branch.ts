import Gst from 'gi://Gst?version=1.0';
import { collectRemoved } from './pipeline.ts';
import { elementOf, readProperty } from './rtp.ts';

/** A part of a running pipeline that comes and goes. Whoever made it removes it. */
export interface Branch {
  readonly bin: Gst.Bin;
  remove(): void;
}

/** Called with the new bin before it starts: the moment to give elements their sockets. */
export type Prepare = (bin: Gst.Bin) => void;

/**
 * Adds a bin made of `description` to a pipeline or a bin of it. Its element `in`, if there is one, gives the bin's pad `sink`, its
 * element `out` the pad `src`. (GStreamer's own way to find the ends would take a pad that waits for a late link.)
 */
export function addBin(parent: Gst.Bin, description: string, prepare?: Prepare): Gst.Bin {
  const bin = Gst.parse_bin_from_description(description, false);
  for (const [element, pad] of [
    ['in', 'sink'],
    ['out', 'src'],
  ] as const) {
    const end = bin.get_by_name(element);
    if (end !== null) bin.add_pad(Gst.GhostPad.new(pad, padOf(end, pad)));
  }
  prepare?.(bin);
  parent.add(bin);
  return bin;
}

export function padOf(element: Gst.Element, name: string): Gst.Pad {
  const pad = element.get_static_pad(name);
  if (pad === null) throw new Error(`${element.get_name()} has no pad ${name}`);
  return pad;
}

export function requestPad(element: Gst.Element, name: string): Gst.Pad {
  const pad = element.request_pad_simple(name);
  if (pad === null) throw new Error(`${element.get_name()} gives no pad ${name}`);
  return pad;
}

/**
 * Links without a look at caps: a pad that has carried one codec would refuse a branch for the next, although the new
 * caps come with its first packet.
 */
export function linkPads(source: Gst.Pad, sink: Gst.Pad): void {
  const result = source.link_full(sink, Gst.PadLinkCheck.HIERARCHY);
  if (result !== Gst.PadLinkReturn.OK) throw new Error(`${source.get_name()} does not link to ${sink.get_name()}`);
}

/**
 * A branch that is fed by a tee, whose pad can be taken away while a buffer passes. The description starts with a queue
 * unless it does no more than pack and send: the tee must never wait for a branch. `onward`, when given, is the pad that the branch's `src` feeds.
 */
export function branchFromTee(
  parent: Gst.Bin,
  tee: Gst.Element,
  description: string,
  { onward, prepare }: { onward?: Gst.Pad; prepare?: Prepare } = {},
): Branch {
  const bin = addBin(parent, description, prepare);
  if (onward !== undefined) linkPads(padOf(bin, 'src'), onward);
  bin.sync_state_with_parent();
  const pad = requestPad(tee, 'src_%u');
  linkPads(pad, padOf(bin, 'sink'));
  return {
    bin,
    remove() {
      tee.release_request_pad(pad);
      discard(parent, bin);
    },
  };
}

/** A branch that feeds a mixer or funnel, each of which does without it when it is gone; its time is put off by `delayNs`. */
export function branchInto(
  parent: Gst.Bin,
  junction: Gst.Element,
  description: string,
  prepare?: Prepare,
  delayNs = 0,
): Branch {
  const bin = addBin(parent, description, prepare);
  padOf(bin, 'src').set_offset(delayNs);
  const pad = requestPad(junction, 'sink_%u');
  linkPads(padOf(bin, 'src'), pad);
  bin.sync_state_with_parent();
  return {
    bin,
    remove() {
      // Stopped while still linked, so that no element of it sees an unlinked pad; neither a funnel nor a live mixer
      // holds anyone up. A flush would run through a funnel and stop everything behind it.
      discard(parent, bin);
      junction.release_request_pad(pad);
    },
  };
}

/** Stops and removes a bin that nothing feeds any more. */
export function discard(parent: Gst.Bin, bin: Gst.Element): void {
  bin.set_locked_state(true);
  bin.set_state(Gst.State.NULL);
  parent.remove(bin);
  collectRemoved();
}

/** How many buffers have passed the `identity` of that name. */
export function countPassed(bin: Gst.Bin, name: string): number {
  const stats = readProperty(elementOf(bin, name), 'stats') as Gst.Structure;
  return Number(stats.get_value('num-buffers'));
}
