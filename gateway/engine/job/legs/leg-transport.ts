import Gst from 'gi://Gst?version=1.0';
import type { Security } from '../../leg-protocol.ts';
import { addBin, discard, linkPads, padOf, requestPad } from '../branch.ts';
import { type BoundSocket, elementOf, readProperty, useSocket } from '../rtp.ts';
import { DtlsWatch } from './leg-dtls.ts';
import { arrivalDescription, departureDescription } from './leg-protection.ts';
import { keyDecoder, keyEncoder } from './srtp-keys.ts';

export interface EndpointAddress {
  readonly ip: string;
  readonly port: number;
  readonly rtcpPort: number;
}

/** The fixed ends that packets come from and go to; tees, so that what hangs on them can be replaced under way. */
export interface TransportEnds {
  readonly rtpIn: Gst.Element;
  /** A funnel. */
  readonly rtcpIn: Gst.Element;
  readonly rtpOut: Gst.Element;
  readonly rtcpOut: Gst.Element;
}

export interface Sockets {
  readonly rtp: BoundSocket;
  readonly rtcp: BoundSocket;
}

/** What was agreed on for the packets: where they go and how they are protected. */
interface Agreement {
  readonly remote: EndpointAddress;
  readonly security: Security;
}

/** Not more often than this, in ms, does one begin anew after a failure. */
const healEveryMs = 500;

/** Counts the DTLS associations of this process: an encoder finds its decoder by a name. */
let associations = 0;

/**
 * The packets of one medium between the sockets and the RTP session: protection on, protection off, RTP and RTCP on
 * two ports or on one (RFC 5761). It owns the sockets. A change of keys replaces what protects, never the session:
 * SSRC and sequence numbers go on, and the roll-over counters begin anew with the new keys (RFC 4568 6.4).
 */
export class LegTransport {
  readonly #pipeline: Gst.Bin;
  readonly #sockets: Sockets;
  readonly #ends: TransportEnds;
  readonly #onMismatch: () => void;
  #agreed: Agreement | undefined;
  #arrival: Gst.Bin | undefined;
  #departure: Gst.Bin | undefined;
  #feeds: { tee: Gst.Element; pad: Gst.Pad }[] = [];
  #rtcpFeed: Gst.Pad | undefined;
  #dtls: DtlsWatch | undefined;
  #ill = false;
  #healedAt = Number.NEGATIVE_INFINITY;

  /** `onMismatch`: the endpoint's certificate is not the one of its SDP. */
  constructor(pipeline: Gst.Bin, sockets: Sockets, ends: TransportEnds, onMismatch: () => void) {
    this.#pipeline = pipeline;
    this.#sockets = sockets;
    this.#ends = ends;
    this.#onMismatch = onMismatch;
  }

  get port(): number {
    return this.#sockets.rtp.port;
  }

  /** Whether there is anybody at the other end. */
  get agreed(): boolean {
    return this.#agreed !== undefined;
  }

  get muxed(): boolean {
    const remote = this.#agreed?.remote;
    return remote !== undefined && remote.rtcpPort === remote.port;
  }

  /** Whether packets are protected now; with DTLS, whether the endpoint has proven who it is. */
  get encrypted(): boolean {
    const kind = this.#agreed?.security.kind ?? 'none';
    return kind === 'sdes' || (kind === 'dtls' && this.#dtls?.verified === true);
  }

  /** Packets whose authentication failed (RFC 3711 3.4). */
  get rejected(): number {
    if (this.#arrival === undefined || this.#agreed?.security.kind === 'none') return 0;
    return ['rtp-guard', 'rtcp-guard'].reduce((sum, name) => sum + rejectedBy(this.#arrival?.get_by_name(name)), 0);
  }

  /** Takes up what was agreed on; what has not changed goes on undisturbed. Answers whether the address is another. */
  agree(remote: EndpointAddress, security: Security): boolean {
    const before = this.#agreed;
    const moved = before === undefined || JSON.stringify(before.remote) !== JSON.stringify(remote);
    const rekeyed = before === undefined || JSON.stringify(before.security) !== JSON.stringify(security);
    if (!moved && !rekeyed) return false;
    const muxing = before !== undefined && this.muxed !== (remote.rtcpPort === remote.port);
    this.#agreed = { remote, security };
    // RFC 8842 5: another address means another association.
    if (rekeyed || muxing || (moved && security.kind === 'dtls')) this.#rebuild(security);
    if (moved || rekeyed) this.#aim(remote);
    return moved;
  }

  /** Packets leave for another address than was agreed on, because the endpoint's come from there (RFC 4961). */
  redirect(which: 'rtp' | 'rtcp', to: { ip: string; port: number }): void {
    if (this.#departure === undefined) return;
    point(this.#departure, `${which}-sink`, to);
    if (which === 'rtp' && this.muxed) point(this.#departure, 'rtcp-sink', to);
  }

  /**
   * Takes note of an error of these elements (from the one that failed up to the pipeline); answers whether it is theirs.
   * A handshake can be broken by anybody's packets: a new one begins then.
   */
  failed(path: readonly Gst.Object[]): boolean {
    const mine = [this.#arrival, this.#departure].some((bin) => bin !== undefined && path.includes(bin));
    if (mine) this.#ill = true;
    return mine;
  }

  /** `now` in ms. */
  poll(now: number): void {
    if (this.#ill && now - this.#healedAt >= healEveryMs && this.#agreed !== undefined) {
      this.#healedAt = now;
      this.#rebuild(this.#agreed.security);
    }
    this.#dtls?.poll();
  }

  close(): void {
    this.#takeDown();
    this.#sockets.rtp.socket.close();
    this.#sockets.rtcp.socket.close();
  }

  #aim(remote: EndpointAddress): void {
    if (this.#departure === undefined) return;
    point(this.#departure, 'rtp-sink', remote);
    point(this.#departure, 'rtcp-sink', { ip: remote.ip, port: remote.rtcpPort });
  }

  #rebuild(security: Security): void {
    this.#takeDown();
    associations += 1;
    const shape = { kind: security.kind, muxed: this.muxed, association: `dtls-${associations}` };
    const client = security.kind === 'dtls' && security.role === 'active';
    const arrival = addBin(this.#pipeline, arrivalDescription(shape), (bin) => this.#prepareArrival(bin, security));
    const departure = addBin(this.#pipeline, departureDescription({ ...shape, client }), (bin) =>
      this.#prepareDeparture(bin, security),
    );
    linkPads(ghost(arrival, 'rtp', 'src'), padOf(this.#ends.rtpIn, 'sink'));
    this.#rtcpFeed = requestPad(this.#ends.rtcpIn, 'sink_%u');
    linkPads(ghost(arrival, 'rtcp', 'src'), this.#rtcpFeed);
    this.#arrival = arrival;
    this.#departure = departure;
    if (security.kind === 'dtls') {
      this.#dtls = new DtlsWatch({ arrival, departure, expected: security.fingerprint, onMismatch: this.#onMismatch });
    }
    this.#aim(this.#agreed?.remote ?? { ip: '127.0.0.1', port: this.port, rtcpPort: this.port });
    const sinks = { rtp: ghost(departure, 'rtp', 'sink'), rtcp: ghost(departure, 'rtcp', 'sink') };
    // An encoder of DTLS finds its decoder once that is ready, and must be there before the first packet, which may
    // have been waiting in the socket: otherwise its answer would get lost.
    arrival.set_state(Gst.State.READY);
    departure.sync_state_with_parent();
    arrival.sync_state_with_parent();
    for (const [tee, sink] of [
      [this.#ends.rtpOut, sinks.rtp],
      [this.#ends.rtcpOut, sinks.rtcp],
    ] as const) {
      const pad = requestPad(tee, 'src_%u');
      linkPads(pad, sink);
      this.#feeds.push({ tee, pad });
    }
  }

  #prepareArrival(bin: Gst.Bin, security: Security): void {
    useSocket(elementOf(bin, 'rtp-source'), this.#sockets.rtp);
    useSocket(elementOf(bin, 'rtcp-source'), this.#sockets.rtcp);
    if (security.kind !== 'sdes') return;
    for (const name of ['rtp-guard', 'rtcp-guard']) keyDecoder(elementOf(bin, name), security.remote);
  }

  #prepareDeparture(bin: Gst.Bin, security: Security): void {
    // RTCP leaves from the port on which the endpoint's is expected.
    useSocket(elementOf(bin, 'rtp-sink'), this.#sockets.rtp);
    useSocket(elementOf(bin, 'rtcp-sink'), this.muxed ? this.#sockets.rtp : this.#sockets.rtcp);
    if (security.kind === 'sdes') keyEncoder(elementOf(bin, 'rtp-guard'), security.local);
  }

  #takeDown(): void {
    this.#ill = false;
    for (const { tee, pad } of this.#feeds.splice(0)) tee.release_request_pad(pad);
    if (this.#departure !== undefined) discard(this.#pipeline, this.#departure);
    if (this.#arrival !== undefined) discard(this.#pipeline, this.#arrival);
    if (this.#rtcpFeed !== undefined) this.#ends.rtcpIn.release_request_pad(this.#rtcpFeed);
    this.#arrival = undefined;
    this.#departure = undefined;
    this.#rtcpFeed = undefined;
    this.#dtls = undefined;
  }
}

function point(departure: Gst.Bin, name: string, to: { ip: string; port: number }): void {
  const sink = elementOf(departure, name);
  sink.set_property('host', to.ip);
  sink.set_property('port', to.port);
}

function ghost(bin: Gst.Bin, name: string, direction: 'src' | 'sink'): Gst.Pad {
  const pad = Gst.GhostPad.new(name, padOf(elementOf(bin, name), direction));
  pad.set_active(true);
  bin.add_pad(pad);
  return pad;
}

function rejectedBy(guard: Gst.Element | null | undefined): number {
  const decoder = guard instanceof Gst.Bin ? decoderIn(guard) : undefined;
  if (decoder === undefined) return 0;
  return Number((readProperty(decoder, 'stats') as Gst.Structure).get_value('recv-drop-count'));
}

/** The `srtpdec` inside a `dtlssrtpdec`. */
function decoderIn(guard: Gst.Bin): Gst.Element | undefined {
  for (let index = 0; index < guard.get_children_count(); index++) {
    const child = guard.get_child_by_index(index);
    if (child.get_name().startsWith('srtpdec')) return child;
  }
  return undefined;
}
