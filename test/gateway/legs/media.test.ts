import { expect, test } from 'vitest';
import { localMedia, Negotiation, ownAddress, toEndpoint } from '../../../gateway/legs/media.ts';

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

test('a call without pictures is a call', () => {
  const ours = new Negotiation(localMedia('10.1.1.1', { audioPort: 40000 }));
  const theirs = new Negotiation(localMedia('10.1.1.1', { audioPort: 50000, videoPort: 50002 }));
  const agreed = ours.accept(answerOf(theirs, ours.offer()));
  expect(agreed && Object.keys(toEndpoint(agreed))).toEqual(['audio']);
});

test('an answer that nobody asked for agrees on nothing', () => {
  expect(new Negotiation(localMedia('10.1.1.1', { audioPort: 40000 })).accept('v=0')).toBe(undefined);
});
