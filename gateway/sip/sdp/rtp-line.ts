/** What every RTP line has, whatever it carries: address, direction, RTCP, protection. */
import { isIP } from 'node:net';
import type { LocalMedia, LocalStream, NegotiatedStream, Security } from './media.ts';
import {
  type Attribute,
  attributeOf,
  type Bandwidth,
  type Direction,
  directionOf,
  hasAttribute,
  type MediaSection,
  type RtpFormat,
  type SessionDescription,
} from './sdp.ts';
import { answerSecurity, readSecurity, type SecurityTerms } from './security.ts';

/** A live line of the other end, with what its session says about it. */
export interface RemoteLine {
  index: number;
  section: MediaSection;
  ip: string;
  /** Theirs. */
  direction: Direction;
  sessionAttributes: readonly Attribute[];
  sessionBandwidth: Bandwidth;
}

/** A line of ours that accepts, and what it agrees on. */
export interface Answered<Agreed> {
  section: MediaSection;
  agreed: Agreed;
}

/** Profiles that carry RTP; the plain ones may be encrypted all the same (RFC 8643). */
const rtpProfile = /^(?:UDP\/TLS\/)?RTP\/S?AVPF?$/;

export const isRtp = ({ protocol }: MediaSection): boolean => rtpProfile.test(protocol);

/** `undefined` for a line that is switched off, names no format, or has no address that something could be sent to. */
export function remoteLine(session: SessionDescription, index: number): RemoteLine | undefined {
  const section = session.media[index];
  const ip = section?.connection ?? session.connection ?? '';
  if (!section || section.port === 0 || section.formats.length === 0 || isIP(ip) === 0) return undefined;
  const { attributes: sessionAttributes, bandwidth: sessionBandwidth } = session;
  return { index, section, ip, direction: remoteDirection(session, section, ip), sessionAttributes, sessionBandwidth };
}

/** An address of zeros is a hold from before RFC 3264 (§8.4): the other end does not listen. */
function remoteDirection(session: SessionDescription, section: MediaSection, ip: string): Direction {
  const direction = directionOf(section, session);
  if (ip !== '0.0.0.0' && ip !== '::') return direction;
  return direction === 'sendrecv' || direction === 'sendonly' ? 'sendonly' : 'inactive';
}

/** Ours after both sides had their say (RFC 3264 §6.1). */
function meet(ours: Direction, theirs: Direction): Direction {
  const sends = (direction: Direction) => direction === 'sendrecv' || direction === 'sendonly';
  const listens = (direction: Direction) => direction === 'sendrecv' || direction === 'recvonly';
  const send = sends(ours) && listens(theirs);
  const receive = listens(ours) && sends(theirs);
  if (send) return receive ? 'sendrecv' : 'sendonly';
  return receive ? 'recvonly' : 'inactive';
}

export function securityTerms(local: LocalMedia, own: LocalStream, current?: Security): SecurityTerms {
  return {
    policy: local.security?.policy ?? 'off',
    keys: own.srtpKeys ?? {},
    ...(local.security?.fingerprint === undefined ? {} : { fingerprint: local.security.fingerprint }),
    ...(current === undefined ? {} : { current }),
  };
}

/** `undefined` where the line cannot be protected as it has to be. */
export function answerRtp(
  line: RemoteLine,
  format: RtpFormat,
  own: LocalStream,
  local: LocalMedia,
  current?: Security,
): { stream: NegotiatedStream; attributes: Attribute[] } | undefined {
  const secured = answerSecurity(line, securityTerms(local, own, current));
  if (!secured) return undefined;
  const rtcpMux = local.rtcpMux === true && mayMux(line.section, format.payloadType);
  const direction = meet(own.direction ?? 'sendrecv', line.direction);
  return {
    stream: streamOf(line, format, {
      direction,
      rtcpMux,
      security: secured.security,
      receivePayloadType: format.payloadType,
    }),
    attributes: [...secured.attributes, ...transportAttributes({ ...own, direction }, rtcpMux)],
  };
}

/** Of an answer to our line `ours`; `undefined` where it is not protected as it has to be. */
export function readRtp(
  ours: MediaSection,
  line: RemoteLine,
  format: RtpFormat,
  receivePayloadType: number,
  required: boolean,
): NegotiatedStream | undefined {
  const security = readSecurity(ours, line, required);
  if (!security) return undefined;
  const rtcpMux = hasAttribute(ours.attributes, 'rtcp-mux') && mayMux(line.section, format.payloadType);
  const direction = meet(ownDirection(ours), line.direction);
  return streamOf(line, format, { direction, rtcpMux, security, receivePayloadType });
}

const ownDirection = (section: MediaSection): Direction => directionOf(section, { attributes: [] });

/** RFC 5761 §4: payload types 64 to 95 look like RTCP on a shared port. */
function mayMux(section: MediaSection, payloadType: number): boolean {
  return hasAttribute(section.attributes, 'rtcp-mux') && (payloadType < 64 || payloadType > 95);
}

function streamOf(
  { index, ip, section }: RemoteLine,
  format: RtpFormat,
  agreed: Pick<NegotiatedStream, 'direction' | 'security' | 'receivePayloadType'> & { rtcpMux: boolean },
): NegotiatedStream {
  const { rtcpMux, direction, security, receivePayloadType } = agreed;
  // RFC 3605; an address of its own is passed over: what answers symmetrically (RFC 4961) is reached without it.
  const said = Number(/^\d{1,5}/.exec(attributeOf(section.attributes, 'rtcp') ?? '')?.[0] ?? 0);
  const separate = said > 0 && said <= 65_535 ? said : Math.min(section.port + 1, 65_535);
  return {
    index,
    remote: { ip, port: section.port, rtcpPort: rtcpMux ? section.port : separate, rtcpMux },
    direction,
    security,
    payloadType: format.payloadType,
    receivePayloadType,
    clockRate: format.clockRate,
    fmtp: format.fmtp,
  };
}

/** The end of every RTP line of ours. */
export function transportAttributes(own: LocalStream, rtcpMux: boolean): Attribute[] {
  return [
    { name: 'rtcp', value: String(rtcpMux ? own.port : (own.rtcpPort ?? own.port + 1)) },
    ...(rtcpMux ? [{ name: 'rtcp-mux' }] : []),
    { name: own.direction ?? 'sendrecv' },
  ];
}

/** Gives out payload types: the wanted one or the next that is not in use. */
export function freeNumbers(inUse: readonly (number | undefined)[]): (wanted: number) => number {
  const taken = new Set(inUse);
  return (wanted) => {
    let number = wanted;
    while (taken.has(number)) number++;
    taken.add(number);
    return number;
  };
}
