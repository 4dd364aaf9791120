import GLib from 'gi://GLib?version=2.0';
import Gst from 'gi://Gst?version=1.0';

/** Packets for JavaScript: kept until the next `pullPackets`, the oldest given up first. */
export const packetSink = (name: string, most: number) =>
  `appsink name=${name} max-buffers=${most} drop=true sync=false async=false enable-last-sample=false`;

/** Takes what has come since the last time. (A callback would come from a streaming thread, which gjs forbids.) */
export function pullPackets(sink: Gst.Element): Uint8Array[] {
  const packets: Uint8Array[] = [];
  for (;;) {
    const sample = sink.emit('try-pull-sample', 0) as Gst.Sample | null;
    if (sample === null) return packets;
    const buffer = sample.get_buffer();
    packets.push(buffer.extract_dup(0, buffer.get_size()));
  }
}

/** Packets from JavaScript. */
export const packetSource = (name: string, caps: string) =>
  `appsrc name=${name} is-live=true format=time do-timestamp=true max-buffers=50 leaky-type=downstream caps="${caps}"`;

export function pushPacket(source: Gst.Element, bytes: Uint8Array): void {
  source.emit('push-buffer', Gst.Buffer.new_wrapped_bytes(new GLib.Bytes(bytes)));
}
