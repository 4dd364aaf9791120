import GLib from 'gi://GLib?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import system from 'system';

export interface BusListener {
  /** `source` is the name of the element that failed; `path` names all its parents too. */
  onError(error: { source: string; path: Gst.Object[]; message: string }): void;
  /** A message that an element posted itself, such as `level`. */
  onElement?(source: string, structure: Gst.Structure, path: Gst.Object[]): void;
  onEndOfStream?(): void;
}

/**
 * Listens to a pipeline's bus until the answered function is called. Every change of latency is taken up at once:
 * otherwise an input added later arrives too late for the mixer.
 */
export function watchBus(pipeline: Gst.Pipeline, listener: BusListener): () => void {
  const bus = pipeline.get_bus();
  bus.add_watch(GLib.PRIORITY_DEFAULT, (_bus, message) => {
    if (message.type === Gst.MessageType.LATENCY) pipeline.recalculate_latency();
    else if (message.type === Gst.MessageType.ERROR) {
      const [error, debug] = message.parse_error();
      const text = debug === null ? error.message : `${error.message} (${debug})`;
      listener.onError({ source: message.src.get_name(), path: pathOf(message.src), message: text });
    } else if (message.type === Gst.MessageType.EOS) listener.onEndOfStream?.();
    else if (message.type === Gst.MessageType.ELEMENT) {
      const structure = message.get_structure();
      if (structure !== null) listener.onElement?.(message.src.get_name(), structure, pathOf(message.src));
    }
    return true;
  });
  return () => {
    bus.remove_watch();
  };
}

function pathOf(object: Gst.Object): Gst.Object[] {
  const path: Gst.Object[] = [];
  for (let at: Gst.Object | null = object; at !== null; at = at.get_parent()) path.push(at);
  return path;
}

/** Resident memory of this process in bytes. */
export function residentBytes(): number {
  const [, text] = GLib.file_get_contents('/proc/self/status');
  return 1024 * Number(/VmRSS:\s+(\d+)/.exec(new TextDecoder().decode(text))?.[1] ?? 0);
}

let collecting = false;

/**
 * Lets go, soon, of the native objects behind what was just removed or drawn: gjs frees them only when it collects,
 * and it does not see how large they are.
 */
export function collectRemoved(): void {
  if (collecting) return;
  collecting = true;
  GLib.timeout_add(GLib.PRIORITY_DEFAULT, 200, () => {
    collecting = false;
    system.gc();
    return false;
  });
}
