import { afterEach, expect, test } from 'vitest';
import { obeyed } from '../e2e/centre.ts';
import { sleep } from './engine-peers.ts';
import { hears, LightMeeting, type Member } from './light-meeting.ts';
import { until } from './media-fixture.ts';

const SLOW_MS = 30_000;
/** What it says comes back out of the mix some 300 ms later, if at all. */
const ECHO_MS = 1000;

let meeting: LightMeeting;
afterEach(() => meeting.close());

/** Looks, at what of the last second is kept, more often than that is gone. */
function watchEcho(member: Member): () => boolean {
  let echoed = false;
  const timer = setInterval(() => {
    echoed ||= hears(member);
  }, 100);
  return () => {
    clearInterval(timer);
    return echoed;
  };
}

test('a codec that speaks is heard and never hears itself, however often its microphone opens and closes', async () => {
  meeting = await LightMeeting.open();
  const [speaker, listener] = [await meeting.join('speaker'), await meeting.join('listener')];
  await sleep(ECHO_MS);
  const echoed = watchEcho(speaker);
  const { sound } = speaker.codec;
  for (let turn = 0; turn < 3; turn += 1) {
    await meeting.speak(speaker);
    await until('the other hears it', () => hears(listener), SLOW_MS);
    const { participantId } = speaker;
    await obeyed(meeting.desk.command({ verb: 'closeMicrophone', participantId }));
    await until('the other hears it no more', () => !hears(listener), SLOW_MS);
    await sleep(ECHO_MS);
  }
  expect(echoed()).toBe(false);
  expect(sound.heard.ssrcs.size).toBe(1);
  expect(sound.heard.packets).toBeGreaterThan(100);
}, 90_000);
