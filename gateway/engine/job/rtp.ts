import Gio from 'gi://Gio?version=2.0';
import GLib from 'gi://GLib?version=2.0';
import type GObject from 'gi://GObject?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import type { Address, Bind } from '../protocol.ts';
import { JobFailure } from './job.ts';

/** A bound UDP socket and its port. Whoever bound it closes it, after its elements have been set to NULL. */
export interface BoundSocket {
  readonly socket: Gio.Socket;
  readonly port: number;
}

/** Binds a UDP socket to an ephemeral port, or to a free even port of the range (RFC 3550 11). */
export function bindSocket({ ip, portRange }: Bind): BoundSocket {
  if (portRange === undefined) return tryBind(ip, 0) ?? refuse(ip, 'no free port');
  const first = portRange.min + (portRange.min % 2);
  const count = Math.floor((portRange.max - first) / 2) + 1;
  if (count < 1) return refuse(ip, 'empty port range');
  const start = GLib.random_int_range(0, count);
  for (let step = 0; step < count; step++) {
    const bound = tryBind(ip, first + 2 * ((start + step) % count));
    if (bound !== undefined) return bound;
  }
  return refuse(ip, `no free port in ${portRange.min}-${portRange.max}`);
}

/**
 * Binds an even port of the range for RTP and the next one for RTCP (RFC 3550 11), with the `dscp` that routers treat
 * their packets by (RFC 4594). Fails with `noFreePort` when the range is used up.
 */
export function bindPair(ip: string, portRange: PortRange, dscp: number): { rtp: BoundSocket; rtcp: BoundSocket } {
  for (const port of evenPorts(portRange)) {
    const rtp = tryBind(ip, port);
    if (rtp === undefined) continue;
    const rtcp = tryBind(ip, port + 1);
    if (rtcp !== undefined) {
      markPackets(rtp.socket, dscp);
      markPackets(rtcp.socket, dscp);
      return { rtp, rtcp };
    }
    rtp.socket.close();
  }
  throw new JobFailure('noFreePort', `${ip}: no free pair of ports in ${portRange.min}-${portRange.max}`);
}

/** All pairs of the range, from a random one on. */
function evenPorts({ min, max }: PortRange): number[] {
  const first = min + (min % 2);
  const count = Math.max(0, Math.floor((max - 1 - first) / 2) + 1);
  const start = count === 0 ? 0 : GLib.random_int_range(0, count);
  return Array.from({ length: count }, (_, step) => first + 2 * ((start + step) % count));
}

/** RFC 2474 3: the six upper bits of IPv4's type of service, or of IPv6's traffic class. A system may forbid it. */
function markPackets(socket: Gio.Socket, dscp: number): void {
  const [level, option] = socket.get_family() === Gio.SocketFamily.IPV6 ? ipv6TrafficClass : ipv4TypeOfService;
  try {
    socket.set_option(level, option, dscp << 2);
  } catch {
    // Media without a mark is better than none.
  }
}

/** Of <netinet/in.h> on Linux: level and name of the option. */
const ipv4TypeOfService = [0, 1] as const;
const ipv6TrafficClass = [41, 67] as const;

interface PortRange {
  readonly min: number;
  readonly max: number;
}

function tryBind(ip: string, port: number): BoundSocket | undefined {
  const family = ip.includes(':') ? Gio.SocketFamily.IPV6 : Gio.SocketFamily.IPV4;
  const address = Gio.InetSocketAddress.new_from_string(ip, port);
  if (address === null) return undefined;
  const socket = Gio.Socket.new(family, Gio.SocketType.DATAGRAM, Gio.SocketProtocol.UDP);
  try {
    socket.bind(address, false);
    return { socket, port: socket.get_local_address().port };
  } catch {
    socket.close();
    return undefined;
  }
}

function refuse(ip: string, reason: string): never {
  throw new JobFailure('portUnavailable', `${ip}: ${reason}`);
}

/** Gives an input fragment (`rtpInputDescription`) its socket: packets in, RTCP back to `remote`. */
export function connectInput(bin: Gst.Bin, bound: BoundSocket, remote: Address, session = 0): void {
  useSocket(elementOf(bin, `rtp-source-${session}`), bound);
  sendTo(elementOf(bin, `rtcp-sink-${session}`), bound, remote);
}

/**
 * Gives an output fragment (`rtpOutputDescription`) its socket: RTP and RTCP to `remote`, feedback in. It reports each second
 * instead of every five or so (RFC 3550 6.2 lets a session that needs it): the SFU needs three reports of a sender to keep its
 * sound and picture in step, and one on each layer to change between them.
 */
export function connectOutput(bin: Gst.Bin, bound: BoundSocket, remote: Address, session = 0): void {
  sendTo(elementOf(bin, `rtp-sink-${session}`), bound, remote);
  sendTo(elementOf(bin, `rtcp-sink-${session}`), bound, remote);
  useSocket(elementOf(bin, `rtcp-source-${session}`), bound);
  const own = elementOf(bin, 'rtp').emit('get-internal-session', session) as Gst.Object;
  own.set_property('rtcp-min-interval', 1_000_000_000);
}

export function useSocket(element: Gst.Element, { socket }: BoundSocket): void {
  element.set_property('socket', socket);
  element.set_property('close-socket', false);
}

export function sendTo(element: Gst.Element, bound: BoundSocket, remote: Address): void {
  useSocket(element, bound);
  element.set_property('host', remote.ip);
  element.set_property('port', remote.port);
}

/** A property's value. (Their `get_property` wants a GValue to fill, for which gjs has no short form.) */
export function readProperty(object: Gst.Object, name: string): unknown {
  return Reflect.get(object, name.replace(/-/g, '_'));
}

export function elementOf(bin: Gst.Bin, name: string): Gst.Element {
  const element = bin.get_by_name(name);
  if (element === null) throw new JobFailure('failed', `no element ${name}`);
  return element;
}

/** The numbers of one received stream so far, as RFC 3550 6.4.1 counts them; undefined before its first packet. */
export interface ReceivedCounts {
  readonly packets: number;
  readonly lost: number;
  readonly keyFrameRequests: number;
}

export function countReceived(bin: Gst.Bin, ssrc: number, session = 0): ReceivedCounts | undefined {
  const rtp = elementOf(bin, 'rtp');
  const stats = readProperty(rtp.emit('get-session', session) as Gst.Object, 'stats') as Gst.Structure;
  const sources = stats.get_value('source-stats') as GObject.ValueArray;
  for (let index = 0; index < sources.n_values; index++) {
    const source = sources.get_nth(index) as Gst.Structure;
    if (source.get_value('ssrc') !== ssrc) continue;
    return {
      packets: Number(source.get_value('packets-received')),
      // Less than nothing, while GStreamer still waits for the packets that its own probation kept back.
      lost: Math.max(0, Number(source.get_value('packets-lost'))),
      keyFrameRequests: Number(source.get_value('sent-pli-count')),
    };
  }
  return undefined;
}

/** How many buffers a sink has taken so far. */
export function countRendered(sink: Gst.Element): number {
  return Number((readProperty(sink, 'stats') as Gst.Structure).get_value('rendered'));
}

/** Sends an event that makes the encoder behind `element` produce a key frame with its parameter sets. */
export function forceKeyFrame(element: Gst.Element, allHeaders = true): void {
  const structure = Gst.Structure.new_empty('GstForceKeyUnit');
  structure.set_value('all-headers', allHeaders);
  element.get_static_pad('src')?.send_event(Gst.Event.new_custom(Gst.EventType.CUSTOM_UPSTREAM, structure));
}
