import { expect, test } from 'vitest';
import { localMedia, Negotiation, reachableAddress, toEndpoint } from '../../../gateway/legs/media.ts';

const settings = { announcedAddresses: ['10.1.1.1'], sipHost: '0.0.0.0' };

function answerOf(answerer: Negotiation, offer: string): string {
  const answered = answerer.answer(offer);
  return answered.ok ? answered.sdp : '';
}

test('endpoints are told an address that they can reach', () => {
  expect(reachableAddress(settings)).toBe('10.1.1.1');
  expect(reachableAddress({ ...settings, sipHost: '10.2.2.2' })).toBe('10.2.2.2');
});

test('what two sides agree on becomes what the engine connects', () => {
  const ours = new Negotiation(localMedia(settings, { audioPort: 40000, videoPort: 40002 }));
  const theirs = new Negotiation(
    localMedia({ ...settings, sipHost: '10.9.9.9' }, { audioPort: 50000, videoPort: 50002 }),
  );
  const agreed = ours.accept(answerOf(theirs, ours.offer()));
  expect(agreed && toEndpoint(agreed)).toMatchObject({
    audio: { remote: { ip: '10.9.9.9', port: 50000, rtcpPort: 50001 }, direction: 'sendrecv' },
    video: { remote: { ip: '10.9.9.9', port: 50002 }, packetizationMode: 1, direction: 'sendrecv' },
  });
});

test('a call without pictures is a call', () => {
  const ours = new Negotiation(localMedia(settings, { audioPort: 40000 }));
  const theirs = new Negotiation(localMedia(settings, { audioPort: 50000, videoPort: 50002 }));
  const agreed = ours.accept(answerOf(theirs, ours.offer()));
  expect(agreed && Object.keys(toEndpoint(agreed))).toEqual(['audio']);
});

test('an answer that nobody asked for agrees on nothing', () => {
  expect(new Negotiation(localMedia(settings, { audioPort: 40000 })).accept('v=0')).toBe(undefined);
});
