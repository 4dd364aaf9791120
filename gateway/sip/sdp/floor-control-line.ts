/** The line that carries floor control: BFCP over UDP or TCP (RFC 8856), without TLS. */
import type { FloorTransport, LocalFloorControl, Negotiated, NegotiatedFloorControl } from './media.ts';
import type { Answered, RemoteLine } from './rtp-line.ts';
import { type Attribute, attributeOf, type MediaSection } from './sdp.ts';

const transports: Readonly<Record<string, FloorTransport>> = { 'UDP/BFCP': 'udp', 'TCP/BFCP': 'tcp' };

export const floorTransport = ({
  kind,
  protocol,
}: Pick<MediaSection, 'kind' | 'protocol'>): FloorTransport | undefined =>
  kind === 'application' ? transports[protocol] : undefined;

/** The floors of a line and the labels of the streams that they stand for; old devices write `m-stream` (RFC 8856 §5.4). */
export function floorsOf({ attributes }: MediaSection): { floorId: number; label?: string }[] {
  return attributes.flatMap(({ name, value = '' }) => {
    const [, id, label] = /^(\d{1,5})(?:\s+(?:mstrm|m-stream):(\S+))?/i.exec(value) ?? [];
    if (name !== 'floorid' || id === undefined || Number(id) > 0xffff) return [];
    return [{ floorId: Number(id), ...(label === undefined ? {} : { label }) }];
  });
}

const rolesOf = ({ attributes }: MediaSection): string[] =>
  (attributeOf(attributes, 'floorctrl') ?? '').toLowerCase().split(/\s+/);

/** RFC 8855 §5.1: a conference has 32 bits, users and floors have 16. */
const numberOf = ({ attributes }: MediaSection, name: string, greatest: number): number | undefined => {
  const value = attributeOf(attributes, name) ?? '';
  return /^\d{1,10}$/.test(value) && Number(value) <= greatest ? Number(value) : undefined;
};

/**
 * What stands after an answer that refused floor control over UDP, with the line's place free for the other transport (RFC 3264
 * §8.1): codecs that know it over TCP alone, or are set to that, refuse the line. `undefined` where there is no such line, no
 * picture that slides could be beside, or no TCP port.
 */
export function withFloorOverTcp(current: Negotiated, own: LocalFloorControl): Negotiated | undefined {
  const isRefused = current.floorControl === undefined && current.lines.some((line) => floorTransport(line) === 'udp');
  if (!isRefused || !current.video || portOf(own, 'tcp') === undefined) return undefined;
  const lines = current.lines.map((line) => (floorTransport(line) ? { ...line, protocol: 'TCP/BFCP' } : line));
  return { ...current, lines };
}

/** We offer to be either: another bridge may insist on being the server. */
export function offerFloorControl(
  own: LocalFloorControl,
  label: string | undefined,
  transport: FloorTransport,
  current?: NegotiatedFloorControl,
): MediaSection | undefined {
  const port = portOf(own, transport);
  if (port === undefined) return undefined;
  const role = current ? (current.role === 'server' ? 's-only' : 'c-only') : 'c-s';
  const attributes = [
    ...floorAttributes(role, current ?? { ...own, ...(label === undefined ? {} : { mstrm: label }) }),
    { name: 'setup', value: 'actpass' },
    { name: 'connection', value: current ? 'existing' : 'new' },
  ];
  return { ...lineOf(transport, port), attributes };
}

const lineOf = (transport: FloorTransport, port: number) => ({
  kind: 'application',
  port,
  protocol: transport === 'udp' ? 'UDP/BFCP' : 'TCP/BFCP',
  formats: ['*'],
  bandwidth: {},
});

const portOf = (own: LocalFloorControl, transport: FloorTransport): number | undefined =>
  own.transport === transport ? own.port : own.otherPort;

/**
 * Who offers to be a client gets us as server; only who must be the server has us as client. A line without `floorctrl` is a
 * client's (RFC 8856 §5.1). As server we take over the numbers that the other end proposed: devices that hold on to their own, and
 * those that obey ours, then speak of the same.
 * @param label of the presentation as our answer labels it
 */
export function answerFloorControl(
  line: RemoteLine,
  own: LocalFloorControl | undefined,
  label: string | undefined,
): Answered<NegotiatedFloorControl> | undefined {
  const transport = floorTransport(line.section);
  const port = own && transport && portOf(own, transport);
  const theirSetup = attributeOf(line.section.attributes, 'setup')?.toLowerCase();
  if (!own || !transport || port === undefined || theirSetup === 'holdconn') return undefined;
  const roles = rolesOf(line.section);
  const role = roles.includes('s-only') && !roles.includes('c-only') && !roles.includes('c-s') ? 'client' : 'server';
  // RFC 4145 §4.1; we can always be reached, so we wait where we may choose.
  const setup = theirSetup === 'passive' ? 'active' : 'passive';
  const agreed = negotiated(line, line.section, own, { transport, setup, role, label });
  const connection =
    attributeOf(line.section.attributes, 'connection')?.toLowerCase() === 'existing' ? 'existing' : 'new';
  const attributes = [
    ...floorAttributes(role === 'server' ? 's-only' : 'c-only', agreed),
    { name: 'setup', value: setup },
    { name: 'connection', value: connection },
  ];
  // RFC 8856 §4: the format means nothing.
  const formats = line.section.formats.slice(0, 1);
  return { section: { ...lineOf(transport, port), formats, attributes }, agreed };
}

/** An answer that leaves us the choice has us as server; one without `floorctrl` comes from a server (RFC 8856 §5.1). */
export function readFloorControl(
  ours: MediaSection,
  line: RemoteLine,
  local: LocalFloorControl,
): NegotiatedFloorControl | undefined {
  const transport = floorTransport(line.section);
  if (!transport || transport !== floorTransport(ours)) return undefined;
  const roles = rolesOf(line.section);
  const role = roles.includes('c-only') || roles.includes('c-s') ? 'server' : 'client';
  const setup = attributeOf(line.section.attributes, 'setup')?.toLowerCase() === 'active' ? 'passive' : 'active';
  const label = floorsOf(ours)[0]?.label;
  return negotiated(line, role === 'server' ? ours : line.section, local, { transport, setup, role, label });
}

/** @param numbers the line whose numbers hold: that of the server, or the one that proposed them */
function negotiated(
  { index, ip, section }: RemoteLine,
  numbers: MediaSection,
  own: LocalFloorControl,
  { label, ...agreed }: Pick<NegotiatedFloorControl, 'transport' | 'setup' | 'role'> & { label: string | undefined },
): NegotiatedFloorControl {
  const floors = floorsOf(numbers);
  const floor = floors.find((one) => one.label === label) ?? floors[0];
  const mstrm = agreed.role === 'client' ? (floor?.label ?? label) : (label ?? floor?.label);
  return {
    index,
    remote: { ip, port: section.port },
    ...agreed,
    confId: numberOf(numbers, 'confid', 0xffff_ffff) ?? own.confId,
    userId: numberOf(numbers, 'userid', 0xffff) ?? own.userId,
    floorId: floor?.floorId ?? own.floorId,
    ...(mstrm === undefined ? {} : { mstrm }),
  };
}

function floorAttributes(
  floorctrl: string,
  { confId, userId, floorId, mstrm }: Pick<NegotiatedFloorControl, 'confId' | 'userId' | 'floorId' | 'mstrm'>,
): Attribute[] {
  return [
    { name: 'floorctrl', value: floorctrl },
    { name: 'confid', value: String(confId) },
    { name: 'userid', value: String(userId) },
    { name: 'floorid', value: mstrm === undefined ? String(floorId) : `${floorId} mstrm:${mstrm}` },
  ];
}
