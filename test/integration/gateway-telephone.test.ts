/** A call without pictures: a telephone, or the fallback of a site whose line fails. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hears, LightMeeting, SLOW_MS, seesAndHears } from './light-meeting.ts';
import { until } from './media-fixture.ts';

let meeting: LightMeeting;
beforeAll(async () => {
  meeting = await LightMeeting.open();
}, 60_000);
afterAll(() => meeting.close());

test('hears the meeting, is given the floor, and is heard by those with pictures', async () => {
  const { desk } = meeting;
  const room = await meeting.join('room');
  const telephone = await meeting.callIn('telephone', { sound: meeting.options.sound });
  const there = () => desk.state.participants[telephone.participantId];
  expect(telephone.codec.agreed?.video).toBeUndefined();

  await meeting.speak(room);
  await until('the telephone hears the room', () => hears(telephone), SLOW_MS);
  expect(hears(room)).toBe(false);

  await meeting.speak(telephone);
  await until('its microphone is open', () => there()?.gate === 'open', SLOW_MS);
  await seesAndHears(room);
  await until('the room is still heard', () => hears(telephone), SLOW_MS);
  expect(there()).toMatchObject({ kind: 'sip', presence: 'present', sources: [{ source: 'microphone' }] });
}, 90_000);
