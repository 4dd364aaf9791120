import GLib from 'gi://GLib?version=2.0';
import type Gst from 'gi://Gst?version=1.0';
import type { EndpointCamera } from '../../leg-protocol.ts';
import { addBin, type Branch, discard, linkPads, padOf } from '../branch.ts';
import { packetSink, packetSource, pullPackets, pushPacket } from '../packet-sink.ts';
import { elementOf } from '../rtp.ts';
import { readRtp, writeRtp } from '../rtp-packet.ts';
import { EndpointStream } from './leg-endpoint.ts';
import { pickPayload, receivedType } from './leg-rtp.ts';
import type { Sockets } from './leg-transport.ts';

/** RFC 4573 6: H.224 counts the octets of its 4800 bit/s line. */
const clockRate = 4800;

export interface CameraListener {
  onMismatch(): void;
  /** One packet's H.224 frames. */
  onFrames(payload: Uint8Array): void;
}

/** Far-end camera control of the leg: H.224 frames in RTP (RFC 4573). It owns its stream. */
export class LegCamera {
  readonly endpoint: EndpointStream;
  readonly #pipeline: Gst.Pipeline;
  readonly #listener: CameraListener;
  readonly #ssrc = 1 + Math.floor(Math.random() * 0xfffffffe);
  readonly #timestampOffset = Math.floor(Math.random() * 0x80000000);
  #sequence = Math.floor(Math.random() * 0x10000);
  #source: Gst.Bin | undefined;
  #sourceType: number | undefined;
  #sends = false;
  #received: Branch | undefined;
  #receivedType: number | undefined;

  constructor(
    pipeline: Gst.Pipeline,
    { sockets, cname }: { sockets: Sockets; cname: string },
    listener: CameraListener,
  ) {
    this.#pipeline = pipeline;
    this.#listener = listener;
    this.endpoint = new EndpointStream(pipeline, { sockets, cname, ssrc: this.#ssrc }, listener);
  }

  connect(camera: EndpointCamera | undefined): void {
    if (camera !== undefined) this.endpoint.aim(camera.remote, camera.security);
    const hears = camera?.direction === 'sendrecv' || camera?.direction === 'recvonly';
    this.#sends = camera?.direction === 'sendrecv' || camera?.direction === 'sendonly';
    this.#receive(camera !== undefined && hears ? receivedType(camera) : undefined);
    if (camera !== undefined) this.#openSource(camera.payloadType);
  }

  /** Answers false when nobody is there to take it. */
  send(payload: Uint8Array): boolean {
    if (!this.#sends || this.#source === undefined || this.#sourceType === undefined) return false;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    const seconds = GLib.get_monotonic_time() / 1_000_000;
    const packet = {
      marker: true,
      payloadType: this.#sourceType,
      sequence: this.#sequence,
      timestamp: (this.#timestampOffset + Math.floor(seconds * clockRate)) % 2 ** 32,
      ssrc: this.#ssrc,
      payload,
    };
    pushPacket(elementOf(this.#source, 'source'), writeRtp(packet));
    return true;
  }

  poll(now: number): void {
    const followed = this.endpoint.poll(now);
    const bin = this.#received?.bin;
    if (bin === undefined) return;
    for (const bytes of pullPackets(elementOf(bin, 'frames'))) {
      const packet = readRtp(bytes);
      if (packet === undefined || packet.payload.length === 0) continue;
      if (followed !== undefined && packet.ssrc !== followed.ssrc) continue;
      this.#listener.onFrames(packet.payload);
    }
  }

  close(): void {
    this.#receive(undefined);
    this.endpoint.close();
    if (this.#source !== undefined) discard(this.#pipeline, this.#source);
  }

  #receive(payloadType: number | undefined): void {
    if (payloadType === this.#receivedType) return;
    this.#receivedType = payloadType;
    this.#received?.remove();
    this.#received = undefined;
    this.endpoint.stopReceiving();
    if (payloadType === undefined) return;
    // The session counts and follows; the frames themselves are taken before it, as its probation would hold back the
    // only packet of a key press.
    this.endpoint.receive(cameraCaps(payloadType));
    const frames = `identity name=in silent=true ! ${pickPayload(payloadType)} ! ${packetSink('frames', 200)}`;
    this.#received = this.endpoint.branch(frames);
  }

  #openSource(payloadType: number): void {
    this.#sourceType = payloadType;
    if (this.#source !== undefined) return;
    const bin = addBin(this.#pipeline, `${packetSource('source', cameraCaps(payloadType))} ! identity name=out`);
    linkPads(padOf(bin, 'src'), this.endpoint.sendPad);
    bin.sync_state_with_parent();
    this.#source = bin;
  }
}

function cameraCaps(payloadType: number): string {
  return `application/x-rtp,media=(string)application,encoding-name=(string)H224,payload=(int)${payloadType},clock-rate=(int)${clockRate}`;
}
