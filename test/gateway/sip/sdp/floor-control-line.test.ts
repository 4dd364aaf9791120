import { describe, expect, it } from 'vitest';
import {
  answerFloorControl,
  floorsOf,
  floorTransport,
  offerFloorControl,
  readFloorControl,
} from '../../../../gateway/sip/sdp/floor-control-line.ts';
import type { LocalFloorControl } from '../../../../gateway/sip/sdp/media.ts';
import { remoteLine } from '../../../../gateway/sip/sdp/rtp-line.ts';
import { type MediaSection, parseSdp } from '../../../../gateway/sip/sdp/sdp.ts';

const own: LocalFloorControl = { port: 5000, transport: 'udp', otherPort: 5001, confId: 900, userId: 7, floorId: 1 };
const lineOf = (...lines: string[]) => {
  const session = parseSdp(['v=0', 'o=- 1 1 IN IP4 10.0.0.5', 's=-', 'c=IN IP4 10.0.0.5', ...lines].join('\r\n'));
  const line = session && remoteLine(session, 0);
  if (!line) throw new Error('no line');
  return line;
};
const udp = 'm=application 6000 UDP/BFCP *';
const theirs = ['a=confid:3', 'a=userid:18', 'a=floorid:2 mstrm:12', 'a=setup:actpass', 'a=connection:new'];
const answer = (...lines: string[]) => answerFloorControl(lineOf(...lines), own, '12');
const said = (section: MediaSection | undefined) => section?.attributes.map(({ name, value }) => `${name}:${value}`);

describe('roles (RFC 8856 §5.1)', () => {
  it.each([
    ['c-s', 's-only', 'server'],
    ['c-only', 's-only', 'server'],
    ['C-ONLY S-ONLY', 's-only', 'server'],
    ['s-only c-only', 's-only', 'server'],
    ['s-only', 'c-only', 'client'],
  ])('an offer of %s is answered with %s', (offered, answered, role) => {
    const result = answer(udp, `a=floorctrl:${offered}`, ...theirs);
    expect(result?.agreed.role).toBe(role);
    expect(said(result?.section)?.[0]).toBe(`floorctrl:${answered}`);
  });

  it('without floorctrl the offerer is a client', () => {
    expect(answer(udp)?.agreed).toMatchObject({ role: 'server', confId: 900, userId: 7, floorId: 1, mstrm: '12' });
  });

  it.each([
    ['a=floorctrl:c-only', 'server', 900],
    ['a=floorctrl:c-s', 'server', 900],
    ['a=floorctrl:s-only', 'client', 3],
    ['a=x', 'client', 3],
  ])('to our c-s, %s makes us %s', (floorctrl, role, confId) => {
    const offer = offerFloorControl(own, '12', 'udp');
    expect(said(offer)).toEqual([
      'floorctrl:c-s',
      'confid:900',
      'userid:7',
      'floorid:1 mstrm:12',
      'setup:actpass',
      'connection:new',
    ]);
    const agreed = offer && readFloorControl(offer, lineOf(udp, floorctrl, ...theirs), own);
    expect(agreed).toMatchObject({ role, confId, floorId: role === 'server' ? 1 : 2, mstrm: '12' });
  });
});

describe('answering', () => {
  it('carries the numbers that the device proposed, floor and label', () => {
    const result = answer(udp, 'a=floorctrl:c-s', ...theirs);
    expect(result?.section).toMatchObject({ port: 5000, protocol: 'UDP/BFCP', formats: ['*'] });
    expect(said(result?.section)).toEqual([
      'floorctrl:s-only',
      'confid:3',
      'userid:18',
      'floorid:2 mstrm:12',
      'setup:passive',
      'connection:new',
    ]);
    expect(result?.agreed).toEqual({
      index: 0,
      remote: { ip: '10.0.0.5', port: 6000 },
      transport: 'udp',
      setup: 'passive',
      role: 'server',
      confId: 3,
      userId: 18,
      floorId: 2,
      mstrm: '12',
    });
  });

  it('keeps to what it can count', () => {
    const wild = ['a=confid:99999999999', 'a=userid:70000', 'a=floorid:70000 mstrm:1', 'a=floorid:x'];
    expect(answer(udp, ...wild)?.agreed).toMatchObject({ confId: 900, userId: 7, floorId: 1 });
  });

  it('finds the floor of the presentation among several, in the old spelling too', () => {
    const floors = ['a=floorid:4 m-stream:11', 'a=floorid:5 m-stream:12'];
    expect(answer(udp, ...floors)?.agreed).toMatchObject({ floorId: 5, mstrm: '12' });
    expect(floorsOf(lineOf(udp, ...floors, 'a=floorid:6').section)).toEqual([
      { floorId: 4, label: '11' },
      { floorId: 5, label: '12' },
      { floorId: 6 },
    ]);
  });

  it.each([
    ['actpass', 'passive'],
    ['active', 'passive'],
    ['passive', 'active'],
  ])('over TCP to setup %s is %s, on the port for it', (setup, ours) => {
    const result = answer('m=application 9 TCP/BFCP *', `a=setup:${setup}`, 'a=connection:existing');
    expect(result?.section).toMatchObject({ port: 5001, protocol: 'TCP/BFCP' });
    expect(said(result?.section)?.slice(-2)).toEqual([`setup:${ours}`, 'connection:existing']);
    expect(result?.agreed).toMatchObject({ transport: 'tcp', setup: ours });
  });

  it('refuses TLS, what has no port here, and a connection on hold', () => {
    for (const protocol of ['TCP/TLS/BFCP', 'UDP/TLS/BFCP', 'TCP/DTLS/BFCP', 'RTP/AVP']) {
      expect(floorTransport({ kind: 'application', protocol })).toBeUndefined();
      expect(answer(`m=application 6000 ${protocol} *`)).toBeUndefined();
    }
    expect(answer(udp, 'a=setup:holdconn')).toBeUndefined();
    const { otherPort: _, ...alone } = own;
    expect(answerFloorControl(lineOf('m=application 9 TCP/BFCP *'), alone, '12')).toBeUndefined();
    expect(answerFloorControl(lineOf(udp), undefined, '12')).toBeUndefined();
    expect(offerFloorControl(alone, '12', 'tcp')).toBeUndefined();
  });
});

it('a session that stands keeps role, numbers and connection', () => {
  const agreed = answer('m=application 9 TCP/BFCP *', 'a=floorctrl:s-only', ...theirs)?.agreed;
  expect(said(offerFloorControl(own, '12', 'tcp', agreed))).toEqual([
    'floorctrl:c-only',
    'confid:3',
    'userid:18',
    'floorid:2 mstrm:12',
    'setup:actpass',
    'connection:existing',
  ]);
});
