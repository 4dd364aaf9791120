import { expect, test } from 'vitest';
import { localMedia, Negotiation, ownAddress, toEndpoint } from '../../../gateway/legs/media.ts';
import { buildOffer } from '../../../gateway/sip/index.ts';
import { picturesOf } from '../../../server/room/line-capacity.ts';

const settings = { announcedAddresses: ['10.1.1.1'], sipHost: '0.0.0.0' };

function answerOf(answerer: Negotiation, offer: string): string {
  const answered = answerer.answer(offer);
  return answered.ok ? answered.sdp : '';
}

test('endpoints are told an address that they can reach', () => {
  expect(ownAddress(settings)).toEqual({ bind: '0.0.0.0', reachable: '10.1.1.1' });
  expect(ownAddress({ ...settings, sipHost: '10.2.2.2' }).reachable).toBe('10.2.2.2');
  expect(ownAddress(settings, 'fd00::7')).toEqual(ownAddress(settings));
  const both = { ...settings, sipHost6: '::', announcedAddresses: ['10.1.1.1', 'fd00::1'] };
  expect(ownAddress(both, 'fd00::7')).toEqual({ bind: '::', reachable: 'fd00::1' });
  expect(ownAddress(both, '10.1.1.9')).toEqual({ bind: '0.0.0.0', reachable: '10.1.1.1' });
});

test('what two sides agree on becomes what the engine connects', () => {
  const ours = new Negotiation(localMedia('10.1.1.1', { audioPort: 40000, videoPort: 40002 }));
  const theirs = new Negotiation(localMedia('10.9.9.9', { audioPort: 50000, videoPort: 50002 }));
  const agreed = ours.accept(answerOf(theirs, ours.offer()));
  expect(agreed && toEndpoint(agreed)).toMatchObject({
    audio: { remote: { ip: '10.9.9.9', port: 50000, rtcpPort: 50001 }, direction: 'sendrecv' },
    video: { remote: { ip: '10.9.9.9', port: 50002 }, packetizationMode: 1, direction: 'sendrecv' },
  });
});

test('REG-18: a site is asked to send, and sent, no more than its line bears', () => {
  const line = { upKbps: 600, downKbps: 400 };
  const ours = new Negotiation(localMedia('10.1.1.1', { audioPort: 40000, videoPort: 40002 }, 'off', line));
  const theirs = new Negotiation(localMedia('10.9.9.9', { audioPort: 50000, videoPort: 50002 }, 'off'));
  expect(ours.offer()).toMatch(/^b=TIAS:450000$/m);
  const agreed = ours.accept(answerOf(theirs, ours.offer()));
  expect(agreed && toEndpoint(agreed, picturesOf(line.downKbps, false)).video?.maxBitrateKbps).toBe(270);
});

test('a call without pictures is a call', () => {
  const ours = new Negotiation(localMedia('10.1.1.1', { audioPort: 40000 }));
  const theirs = new Negotiation(localMedia('10.1.1.1', { audioPort: 50000, videoPort: 50002 }));
  const agreed = ours.accept(answerOf(theirs, ours.offer()));
  expect(agreed && Object.keys(toEndpoint(agreed))).toEqual(['audio']);
});

test('an answer that nobody asked for agrees on nothing', () => {
  expect(new Negotiation(localMedia('10.1.1.1', { audioPort: 40000 })).accept('v=0')).toBe(undefined);
});

const floor = { confId: 1, userId: 3, floorId: 2 };
const own = { audioPort: 40000, videoPort: 40002, contentPort: 40004 };
const ourFloor = { ...floor, port: 40006, transport: 'udp', otherPort: 40007 } as const;
const roomMedia = () => localMedia('10.1.1.1', { ...own, floorControl: ourFloor }, 'off');
const lineKinds = (sdp = '') => [...sdp.matchAll(/^m=(\w+) (\d+) (\S+)/gm)].map(([line]) => line);

test('who knows floor control over TCP alone is offered that on the line that it refused', () => {
  const ours = new Negotiation(roomMedia());
  const theirs = new Negotiation(
    localMedia('10.9.9.9', { ...own, floorControl: { ...floor, port: 50007, transport: 'tcp' } }, 'off'),
  );
  const first = ours.accept(answerOf(theirs, ours.offer()));
  expect(first?.content).toBeDefined();
  expect(first?.floorControl).toBeUndefined();
  const offer = ours.offerOtherFloor();
  expect(lineKinds(offer)).toEqual([
    'm=audio 40000 RTP/AVP',
    'm=video 40002 RTP/AVP',
    'm=video 40004 RTP/AVP',
    'm=application 40007 TCP/BFCP',
  ]);
  const second = ours.accept(answerOf(theirs, offer ?? ''));
  expect(second?.floorControl).toMatchObject({ transport: 'tcp', setup: 'active', remote: { port: 50007 } });
  expect(ours.offerOtherFloor()).toBeUndefined();
  expect(lineKinds(ours.offer())).toEqual(lineKinds(offer));
});

test('so is who refused the slides with the floor; who knows neither is asked once', () => {
  const ours = new Negotiation(roomMedia());
  const plain = new Negotiation(localMedia('10.9.9.9', { audioPort: 50000, videoPort: 50002 }, 'off'));
  expect(Object.keys(ours.accept(answerOf(plain, ours.offer())) ?? {}).toSorted()).toEqual(['audio', 'lines', 'video']);
  const offer = ours.offerOtherFloor() ?? '';
  expect(lineKinds(offer).slice(2)).toEqual(['m=video 40004 RTP/AVP', 'm=application 40007 TCP/BFCP']);
  expect(ours.accept(answerOf(plain, offer))?.floorControl).toBeUndefined();
  expect(ours.offerOtherFloor()).toBeUndefined();
});

test('who called, has taken UDP or has no picture is offered nothing more', () => {
  const taken = new Negotiation(roomMedia());
  taken.accept(answerOf(new Negotiation(roomMedia()), taken.offer()));
  expect(taken.offerOtherFloor()).toBeUndefined();
  const telephone = new Negotiation(roomMedia());
  telephone.accept(answerOf(new Negotiation(localMedia('10.9.9.9', { audioPort: 50000 }, 'off')), telephone.offer()));
  expect(telephone.offerOtherFloor()).toBeUndefined();
  const called = new Negotiation(roomMedia());
  answerOf(called, new Negotiation(localMedia('10.9.9.9', { audioPort: 50000, videoPort: 50002 })).offer());
  expect(called.offerOtherFloor()).toBeUndefined();
});

test('slides that come only with a presentation are taken by re-INVITE', () => {
  const ours = new Negotiation(roomMedia());
  const before = localMedia('10.9.9.9', { audioPort: 50000, videoPort: 50002 }, 'off');
  const first = ours.answer(buildOffer(before));
  expect(first.ok && Object.keys(first.media).toSorted()).toEqual(['audio', 'lines', 'video']);
  const floorControl = { ...floor, port: 50006, transport: 'udp' } as const;
  const presenting = localMedia(
    '10.9.9.9',
    { audioPort: 50000, videoPort: 50002, contentPort: 50004, floorControl },
    'off',
  );
  const second = ours.answer(buildOffer(presenting));
  expect(second.ok && second.media.content?.remote.port).toBe(50004);
  expect(second.ok && second.media.floorControl?.role).toBe('server');
});
