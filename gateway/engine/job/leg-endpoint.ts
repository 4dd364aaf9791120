import Gst from 'gi://Gst?version=1.0';
import type { StreamStats } from '../leg-protocol.ts';
import { addBin, discard, linkPads, padOf, requestPad } from './branch.ts';
import { arrivalDescription } from './leg-rtp.ts';
import { type BoundSocket, elementOf, readProperty, sendTo, useSocket } from './rtp.ts';
import { readSources, type Source } from './sources.ts';
import { StreamFollower } from './stream-follower.ts';

export interface EndpointAddress {
  readonly ip: string;
  readonly port: number;
  readonly rtcpPort: number;
}

/** Milliseconds without a packet after which another source may take the followed one's place. */
const patienceMs = 1000;

/**
 * One medium's RTP session with the endpoint: two sockets, one `rtpsession` that stays for the whole call and with
 * it our SSRC and the RTCP state. It owns its elements and sockets until `close`.
 *
 * Packets go where the endpoint's packets really come from (symmetric RTP, RFC 4961), and to the address of its SDP
 * until the first one has come.
 */
export class EndpointStream {
  /** What is sent to the endpoint goes in here, from a payloader. */
  readonly sendPad: Gst.Pad;
  /** What the endpoint sends comes out here, of the payload type that `receive` was told. */
  readonly receivedPad: Gst.Pad;
  /** How often the endpoint has asked for a key frame by RTCP, when last polled. */
  keyFrameRequests = 0;
  readonly #session: Gst.Element;
  readonly #receivePad: Gst.Pad;
  readonly #pipeline: Gst.Pipeline;
  readonly #sockets: { rtp: BoundSocket; rtcp: BoundSocket };
  readonly #rtpSink: Gst.Element;
  readonly #rtcpIn: Gst.Element;
  readonly #fixed: Gst.Element[];
  #rtcpSink: Gst.Element | undefined;
  #arrival: Gst.Bin | undefined;
  #sharedRtcp: Gst.Pad | undefined;
  #remote: EndpointAddress | undefined;
  #muxed = false;
  #latched = '';
  #follower = new StreamFollower(patienceMs);
  #followed: Source | undefined;
  /** What had come when the address was last set: only later packets may correct it. */
  #packetsAtAim: number | undefined;
  #clockRate = 90_000;

  constructor(pipeline: Gst.Pipeline, ip: string, sockets: { rtp: BoundSocket; rtcp: BoundSocket }, cname: string) {
    this.#pipeline = pipeline;
    this.#sockets = sockets;
    this.#session = makeSession(cname);
    this.#rtpSink = makeSink(sockets.rtp, ip);
    this.#rtcpIn = make('funnel');
    const rtcpSource = make('udpsrc');
    useSocket(rtcpSource, sockets.rtcp);
    Gst.util_set_object_arg(rtcpSource, 'caps', 'application/x-rtcp');
    this.#fixed = [rtcpSource, this.#rtcpIn, this.#session, this.#rtpSink];
    for (const element of this.#fixed) pipeline.add(element);
    rtcpSource.link(this.#rtcpIn);
    linkPads(padOf(this.#rtcpIn, 'src'), requestPad(this.#session, 'recv_rtcp_sink'));
    this.sendPad = requestPad(this.#session, 'send_rtp_sink');
    linkPads(padOf(this.#session, 'send_rtp_src'), padOf(this.#rtpSink, 'sink'));
    this.#receivePad = requestPad(this.#session, 'recv_rtp_sink');
    this.receivedPad = padOf(this.#session, 'recv_rtp_src');
    for (const element of this.#fixed) element.sync_state_with_parent();
  }

  /** The source that is followed, as last polled, and the rate of its clock in Hz. */
  get received(): { source: Source | undefined; clockRate: number } {
    return { source: this.#followed, clockRate: this.#clockRate };
  }

  get port(): number {
    return this.#sockets.rtp.port;
  }

  /** Takes up a new address; packets go there until others come from the endpoint. */
  aim(remote: EndpointAddress): void {
    const before = this.#remote;
    if (before?.ip === remote.ip && before.port === remote.port && before.rtcpPort === remote.rtcpPort) return;
    this.#remote = remote;
    this.#latched = '';
    this.#packetsAtAim = this.#followed?.packetsReceived;
    this.#muxed = remote.rtcpPort === remote.port;
    this.#rtpSink.set_property('host', remote.ip);
    this.#rtpSink.set_property('port', remote.port);
    this.#replaceRtcpSink({ ip: remote.ip, port: remote.rtcpPort });
  }

  /** Begins to take packets of these caps from the socket; the caller has linked `receivedPad`. */
  receive(caps: string): void {
    this.stopReceiving();
    this.#clockRate = Number(/clock-rate=\(int\)(\d+)/.exec(caps)?.[1] ?? 90_000);
    const arrival = addBin(this.#pipeline, arrivalDescription(caps, this.#muxed), (bin) => {
      useSocket(elementOf(bin, 'source'), this.#sockets.rtp);
    });
    if (this.#muxed) this.#shareRtcp(arrival);
    linkPads(padOf(arrival, 'src'), this.#receivePad);
    arrival.sync_state_with_parent();
    this.#arrival = arrival;
  }

  stopReceiving(): void {
    if (this.#arrival !== undefined) discard(this.#pipeline, this.#arrival);
    if (this.#sharedRtcp !== undefined) this.#rtcpIn.release_request_pad(this.#sharedRtcp);
    this.#arrival = undefined;
    this.#sharedRtcp = undefined;
  }

  /** Asks the endpoint for a key frame: by PLI, or by FIR, which some devices alone understand. */
  requestKeyFrame(by: 'pli' | 'fir'): boolean {
    const source = this.#followed;
    const caps = this.#receivePad.get_current_caps();
    if (source === undefined || caps === null) return false;
    const payload = String(caps.get_structure(0).get_value('payload'));
    const request = Gst.Structure.new_from_string(
      `GstForceKeyUnit,ssrc=(uint)${source.ssrc},payload=(uint)${payload},all-headers=(boolean)${by === 'fir'}`,
    );
    if (request === null) return false;
    return this.receivedPad.send_event(Gst.Event.new_custom(Gst.EventType.CUSTOM_UPSTREAM, request));
  }

  /** To be called a few times a second with the time in ms: follows the endpoint's stream and its real address. */
  poll(now: number): Source | undefined {
    const sources = readSources(this.#session);
    this.keyFrameRequests = sources.reduce((sum, source) => sum + source.keyFrameRequests, 0);
    this.#followed = this.#follower.follow(sources, now);
    const followed = this.#followed;
    if (followed !== undefined && followed.packetsReceived !== this.#packetsAtAim) this.#latch(followed.rtpFrom);
    return followed;
  }

  stats(now: number): StreamStats {
    const own = readSources(this.#session).filter((source) => source.internal);
    const from = this.#followed;
    const last = this.#follower.lastPacketAt;
    return {
      received: {
        packets: from?.packetsReceived ?? 0,
        bytes: from?.octetsReceived ?? 0,
        lost: from?.packetsLost ?? 0,
        jitterMs: ((from?.jitter ?? 0) * 1000) / this.#clockRate,
        lastPacketMs: last === undefined ? null : Math.round(now - last),
        lastRtcpMs: null,
        rejected: 0,
      },
      sent: {
        packets: own.reduce((sum, source) => sum + source.packetsSent, 0),
        bytes: own.reduce((sum, source) => sum + source.octetsSent, 0),
        fractionLost: (from?.fractionLost ?? 0) / 256,
        roundTripMs: ((from?.roundTrip ?? 0) * 1000) / 65_536,
      },
      encrypted: false,
    };
  }

  close(): void {
    this.stopReceiving();
    for (const element of this.#fixed) discard(this.#pipeline, element);
    if (this.#rtcpSink !== undefined) discard(this.#pipeline, this.#rtcpSink);
    this.#sockets.rtp.socket.close();
    this.#sockets.rtcp.socket.close();
  }

  #latch(from: string): void {
    if (from === this.#latched) return;
    const at = splitAddress(from);
    if (at === undefined) return;
    this.#latched = from;
    this.#rtpSink.set_property('host', at.ip);
    this.#rtpSink.set_property('port', at.port);
    if (this.#muxed) this.#replaceRtcpSink(at);
  }

  #replaceRtcpSink(to: { ip: string; port: number }): void {
    const previous = this.#rtcpSink;
    const pad =
      previous === undefined ? requestPad(this.#session, 'send_rtcp_src') : padOf(this.#session, 'send_rtcp_src');
    if (previous !== undefined) {
      pad.unlink(padOf(previous, 'sink'));
      discard(this.#pipeline, previous);
    }
    // RTCP leaves from the port on which the endpoint's is expected.
    const sink = make('udpsink');
    sendTo(sink, this.#muxed ? this.#sockets.rtp : this.#sockets.rtcp, to);
    quicken(sink);
    this.#pipeline.add(sink);
    sink.sync_state_with_parent();
    linkPads(pad, padOf(sink, 'sink'));
    this.#rtcpSink = sink;
  }

  #shareRtcp(arrival: Gst.Bin): void {
    const pad = Gst.GhostPad.new('rtcp', padOf(elementOf(arrival, 'rtcp'), 'src'));
    pad.set_active(true);
    arrival.add_pad(pad);
    this.#sharedRtcp = requestPad(this.#rtcpIn, 'sink_%u');
    linkPads(pad, this.#sharedRtcp);
  }
}

function makeSession(cname: string): Gst.Element {
  const session = make('rtpsession');
  // AVPF timing lets a PLI leave at once (RFC 4585 3.5); what the endpoint's SDP said does not change what it can read.
  Gst.util_set_object_arg(session, 'rtp-profile', 'avpf');
  session.set_property('rtcp-min-interval', 1_000_000_000);
  session.set_property('rtcp-sync-send-time', false);
  session.set_property('sdes', Gst.Structure.new_from_string(`application/x-rtp-source-sdes,cname=(string)${cname}`));
  const internal = readProperty(session, 'internal-session') as Gst.Object;
  // A device behind a NAT may go on from another port with the same SSRC.
  internal.set_property('favor-new', true);
  return session;
}

function makeSink(bound: BoundSocket, ip: string): Gst.Element {
  const sink = make('udpsink');
  // It starts before the endpoint's address is known, and must know then which family of addresses it will get.
  sendTo(sink, bound, { ip, port: bound.port });
  quicken(sink);
  return sink;
}

function quicken(sink: Gst.Element): void {
  sink.set_property('sync', false);
  sink.set_property('async', false);
}

function make(factory: string): Gst.Element {
  const element = Gst.ElementFactory.make(factory, null);
  if (element === null) throw new Error(`GStreamer has no element ${factory}`);
  return element;
}

function splitAddress(text: string): { ip: string; port: number } | undefined {
  const at = text.lastIndexOf(':');
  const port = Number(text.slice(at + 1));
  return at > 0 && port > 0 ? { ip: text.slice(0, at).replace(/^\[|\]$/g, ''), port } : undefined;
}
