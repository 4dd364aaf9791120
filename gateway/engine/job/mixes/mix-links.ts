import Gst from 'gi://Gst?version=1.0';
import { discard } from '../branch.ts';
import { elementOf } from '../rtp.ts';

/** One input's way into one output's mixer. Made by `linkVoice`; whoever made it calls `unlinkVoice`. */
export interface VoiceLink {
  readonly teePad: Gst.Pad;
  readonly inputPad: Gst.Pad;
  readonly queue: Gst.Element;
  readonly outputPad: Gst.Pad;
  readonly mixerPad: Gst.Pad;
}

/** Lets an input's voice into an output. The queue between them keeps a slow output from holding up the input. */
export function linkVoice(pipeline: Gst.Pipeline, input: Gst.Bin, output: Gst.Bin): VoiceLink {
  const queue = Gst.ElementFactory.make('queue', null);
  const teePad = elementOf(input, 'tee').request_pad_simple('src_%u');
  const mixerPad = elementOf(output, 'mixer').request_pad_simple('sink_%u');
  const queueSink = queue?.get_static_pad('sink');
  const queueSource = queue?.get_static_pad('src');
  if (!queue || !teePad || !mixerPad || !queueSink || !queueSource) throw new Error('no pad for a voice');
  queue.set_property('max-size-buffers', 10);
  queue.set_property('max-size-time', 0);
  queue.set_property('max-size-bytes', 0);
  Gst.util_set_object_arg(queue, 'leaky', 'downstream');
  pipeline.add(queue);
  const inputPad = addGhost(input, teePad);
  const outputPad = addGhost(output, mixerPad);
  // From the far end to the near one: nothing flows before its way is complete.
  queueSource.link(outputPad);
  queue.sync_state_with_parent();
  inputPad.link(queueSink);
  return { teePad, inputPad, queue, outputPad, mixerPad };
}

function addGhost(bin: Gst.Bin, target: Gst.Pad): Gst.Pad {
  const ghost = Gst.GhostPad.new(null, target);
  ghost.set_active(true);
  bin.add_pad(ghost);
  return ghost;
}

/**
 * Takes a voice out again, without pause for the other voices of that output. The mixer lets go first: whatever waits in
 * it with a buffer or a question gives up, and only then can the way to it be stopped.
 */
export function unlinkVoice(pipeline: Gst.Pipeline, input: Gst.Bin, output: Gst.Bin, link: VoiceLink): void {
  const queueSink = link.queue.get_static_pad('sink');
  if (queueSink) link.inputPad.unlink(queueSink);
  elementOf(output, 'mixer').release_request_pad(link.mixerPad);
  output.remove_pad(link.outputPad);
  discard(pipeline, link.queue);
  input.remove_pad(link.inputPad);
  elementOf(input, 'tee').release_request_pad(link.teePad);
}
