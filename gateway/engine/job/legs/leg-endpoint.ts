import Gst from 'gi://Gst?version=1.0';
import type { Security, StreamStats } from '../../leg-protocol.ts';
import { addBin, type Branch, branchFromTee, discard, linkPads, padOf, requestPad } from '../branch.ts';
import { elementOf, readProperty } from '../rtp.ts';
import { reportClock } from '../rtp-description.ts';
import { readSources, type Source } from '../sources.ts';
import { StreamFollower } from '../stream-follower.ts';
import { RtcpWatch, rtcpExtra, rtcpTap } from './leg-rtcp.ts';
import { pickDescription } from './leg-rtp.ts';
import { StreamSelector } from './leg-selector.ts';
import { type EndpointAddress, LegTransport, type Sockets } from './leg-transport.ts';

/** Milliseconds without a packet after which another source may take the followed one's place. */
const patienceMs = 1000;

/** What the endpoint says by itself about one medium. */
export interface EndpointListener {
  /** Its certificate is not the one of its SDP. */
  onMismatch(): void;
  /** It can take no more than this of what we send. */
  onLimited?(bitsPerSecond: number): void;
}

/**
 * One medium's RTP session with the endpoint: one `rtpsession` that stays for the whole call and with it our SSRC and
 * the RTCP state, and the transport below it. It owns its elements and sockets until `close`.
 *
 * Packets go where the endpoint's packets really come from (symmetric RTP and RTCP, RFC 4961), and to the addresses of
 * its SDP until the first one has come. Of several sources only one counts until it has been silent.
 */
export class EndpointStream {
  /** What is sent to the endpoint goes in here, from a payloader. */
  readonly sendPad: Gst.Pad;
  /** What the endpoint sends comes out here, of the payload type that `receive` was told. */
  readonly receivedPad: Gst.Pad;
  /** How often the endpoint has asked for a key frame by RTCP, when last polled. */
  keyFrameRequests = 0;
  readonly #pipeline: Gst.Pipeline;
  readonly #fixed: Gst.Bin;
  readonly #session: Gst.Element;
  readonly #receivePad: Gst.Pad;
  readonly #sessionOut: Gst.Pad;
  readonly #transport: LegTransport;
  readonly #selector: StreamSelector;
  readonly #rtcp: RtcpWatch;
  readonly #ssrc: number;
  readonly #listener: EndpointListener;
  #picked: Branch | undefined;
  #latched = { rtp: '', rtcp: '' };
  #follower = new StreamFollower(patienceMs);
  #followed: Source | undefined;
  /** What had come when the address was last set: only later packets may correct it. */
  #packetsAtAim: number | undefined;
  #rtcpFromAtAim = '';
  #clockRate = 90_000;

  /** `ssrc` is the one of the payloader before `sendPad`. */
  constructor(
    pipeline: Gst.Pipeline,
    { sockets, cname, ssrc }: { sockets: Sockets; cname: string; ssrc: number },
    listener: EndpointListener,
  ) {
    this.#pipeline = pipeline;
    this.#ssrc = ssrc;
    this.#listener = listener;
    const fixed = addBin(pipeline, fixedDescription);
    this.#fixed = fixed;
    this.#session = elementOf(fixed, 'session');
    setUpSession(this.#session, cname);
    this.#rtcp = new RtcpWatch(fixed, cname);
    linkPads(padOf(elementOf(fixed, 'rtcp-in'), 'src'), requestPad(this.#session, 'recv_rtcp_sink'));
    const sendPad = requestPad(this.#session, 'send_rtp_sink');
    linkPads(padOf(this.#session, 'send_rtp_src'), padOf(elementOf(fixed, 'rtp-out'), 'sink'));
    linkPads(requestPad(this.#session, 'send_rtcp_src'), requestPad(elementOf(fixed, 'own-rtcp'), 'sink_%u'));
    this.#receivePad = requestPad(this.#session, 'recv_rtp_sink');
    this.#sessionOut = padOf(this.#session, 'recv_rtp_src');
    linkPads(this.#sessionOut, padOf(elementOf(fixed, 'streams'), 'sink'));
    this.sendPad = ghostOf(fixed, 'send', sendPad);
    this.receivedPad = ghostOf(fixed, 'received', padOf(elementOf(fixed, 'chosen'), 'src'));
    fixed.sync_state_with_parent();
    const ends = {
      rtpIn: elementOf(fixed, 'rtp-in'),
      rtcpIn: elementOf(fixed, 'all-rtcp'),
      rtpOut: elementOf(fixed, 'rtp-out'),
      rtcpOut: elementOf(fixed, 'rtcp-out'),
    };
    this.#transport = new LegTransport(fixed, sockets, ends, () => listener.onMismatch());
    this.#selector = new StreamSelector(fixed, elementOf(fixed, 'streams'), padOf(elementOf(fixed, 'chosen'), 'sink'));
  }

  /** The source that is followed, as last polled, and the rate of its clock in Hz. */
  get received(): { source: Source | undefined; clockRate: number } {
    return { source: this.#followed, clockRate: this.#clockRate };
  }

  get port(): number {
    return this.#transport.port;
  }

  /** Takes up what was negotiated; packets go to a new address until others come from the endpoint. */
  aim(remote: EndpointAddress, security: Security): void {
    if (!this.#transport.agree(remote, security)) return;
    this.#latched = { rtp: '', rtcp: '' };
    this.#packetsAtAim = this.#followed?.packetsReceived;
    this.#rtcpFromAtAim = this.#followed?.rtcpFrom ?? '';
    this.#follower.restart();
  }

  /** Begins to take packets of these caps; the caller has linked `receivedPad`. */
  receive(caps: string): void {
    this.stopReceiving();
    this.#clockRate = Number(/clock-rate=\(int\)(\d+)/.exec(caps)?.[1] ?? 90_000);
    const onward = this.#receivePad;
    this.#picked = branchFromTee(this.#fixed, elementOf(this.#fixed, 'rtp-in'), pickDescription(caps), { onward });
  }

  stopReceiving(): void {
    this.#picked?.remove();
    this.#picked = undefined;
  }

  /** Whether packets that `receive` asked for come out of `receivedPad`; they are counted all the same. */
  letThrough(on: boolean): void {
    elementOf(this.#fixed, 'chosen').set_property('drop', !on);
  }

  /** Something else that wants the packets as they came, RTP of every payload type; it begins with an element `in`. */
  branch(description: string): Branch {
    return branchFromTee(this.#fixed, elementOf(this.#fixed, 'rtp-in'), description);
  }

  /** The packets to the endpoint, as they leave; it begins with an element `in`. */
  sentBranch(description: string): Branch {
    return branchFromTee(this.#fixed, elementOf(this.#fixed, 'rtp-out'), description);
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
    return this.#sessionOut.send_event(Gst.Event.new_custom(Gst.EventType.CUSTOM_UPSTREAM, request));
  }

  /** To be called a few times a second with the time in ms: follows the endpoint's stream and its real address. */
  poll(now: number): Source | undefined {
    if (!this.#transport.agreed) return undefined;
    this.#transport.poll(now);
    for (const { bitsPerSecond } of this.#rtcp.poll(now, this.#ssrc)) this.#listener.onLimited?.(bitsPerSecond);
    const sources = readSources(this.#session);
    this.keyFrameRequests = sources.reduce((sum, source) => sum + source.keyFrameRequests, 0);
    const followed = this.#follower.follow(sources, now);
    this.#followed = followed;
    // A device behind a NAT may go on from another port with the same SSRC; while it sends, nobody else may.
    const internal = readProperty(this.#session, 'internal-session') as Gst.Object;
    internal.set_property('favor-new', this.#follower.isQuiet(now));
    if (followed === undefined) return undefined;
    this.#selector.select(followed.ssrc);
    if (followed.packetsReceived !== this.#packetsAtAim) this.#latch('rtp', followed.rtpFrom);
    if (followed.rtcpFrom !== this.#rtcpFromAtAim && !this.#transport.muxed) this.#latch('rtcp', followed.rtcpFrom);
    return followed;
  }

  /** Whether an error was one of its transport, which heals by itself. */
  failed(path: readonly Gst.Object[]): boolean {
    return this.#transport.failed(path);
  }

  stats(now: number): StreamStats {
    const own = readSources(this.#session).filter((source) => source.internal);
    const from = this.#followed;
    const since = (at: number | undefined) => (at === undefined ? null : Math.max(0, Math.round(now - at)));
    return {
      received: {
        packets: from?.packetsReceived ?? 0,
        bytes: from?.octetsReceived ?? 0,
        lost: from?.packetsLost ?? 0,
        jitterMs: ((from?.jitter ?? 0) * 1000) / this.#clockRate,
        lastPacketMs: since(this.#follower.lastPacketAt),
        lastRtcpMs: since(this.#rtcp.lastAt),
        rejected: this.#transport.rejected,
      },
      sent: {
        packets: own.reduce((sum, source) => sum + source.packetsSent, 0),
        bytes: own.reduce((sum, source) => sum + source.octetsSent, 0),
        fractionLost: (from?.fractionLost ?? 0) / 256,
        roundTripMs: ((from?.roundTrip ?? 0) * 1000) / 65_536,
        reportedHighest: from?.reportedHighest ?? 0,
        reportedLost: from?.reportedLost ?? 0,
      },
      encrypted: this.#transport.encrypted,
    };
  }

  close(): void {
    this.stopReceiving();
    this.#transport.close();
    this.#selector.close();
    discard(this.#pipeline, this.#fixed);
  }

  #latch(which: 'rtp' | 'rtcp', from: string): void {
    if (from === '' || from === this.#latched[which]) return;
    const at = splitAddress(from);
    if (at === undefined) return;
    this.#latched = { ...this.#latched, [which]: from };
    this.#transport.redirect(which, at);
  }
}

/**
 *     rtp-in (tee) → what `receive` picks → session → streams → the selected one → chosen
 *     all-rtcp → rtcp-in → session; send → session → rtp-out (tee); session → own-rtcp → rtcp-out (tee)
 */
const fixedDescription = [
  'rtpsession name=session',
  'tee name=rtp-in allow-not-linked=true  tee name=rtp-out allow-not-linked=true',
  'tee name=streams allow-not-linked=true  valve name=chosen',
  `funnel name=all-rtcp ! tee name=copies allow-not-linked=true ! identity name=rtcp-in silent=true copies. ! ${rtcpTap}`,
  `funnel name=own-rtcp ! tee name=rtcp-out allow-not-linked=true  ${rtcpExtra} ! own-rtcp.`,
].join(' ');

function setUpSession(session: Gst.Element, cname: string): void {
  // AVPF timing lets a PLI leave at once (RFC 4585 3.5); what the endpoint's SDP said does not change what it can read.
  Gst.util_set_object_arg(session, 'rtp-profile', 'avpf');
  session.set_property('rtcp-min-interval', 1_000_000_000);
  Gst.util_set_object_arg(session, 'ntp-time-source', reportClock);
  session.set_property('rtcp-sync-send-time', false);
  session.set_property('sdes', Gst.Structure.new_from_string(`application/x-rtp-source-sdes,cname=(string)${cname}`));
}

function ghostOf(bin: Gst.Bin, name: string, target: Gst.Pad): Gst.Pad {
  const pad = Gst.GhostPad.new(name, target);
  pad.set_active(true);
  bin.add_pad(pad);
  return pad;
}

function splitAddress(text: string): { ip: string; port: number } | undefined {
  const at = text.lastIndexOf(':');
  const port = Number(text.slice(at + 1));
  return at > 0 && port > 0 ? { ip: text.slice(0, at).replace(/^\[|\]$/g, ''), port } : undefined;
}
