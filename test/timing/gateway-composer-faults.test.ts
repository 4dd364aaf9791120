/** What draws and what mixes dies, and comes back by itself: no call ends, no stream begins anew. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Closer } from '../integration/engine-leg-peers.ts';
import { Guest } from '../integration/gateway-guests.ts';
import { hears, LightMeeting, type Member, SLOW_MS, seesAndHears } from '../integration/light-meeting.ts';
import { pause, until } from '../integration/media-fixture.ts';
import { enginesOf } from '../load/_cost.ts';

/** What is promised. */
const BACK_MS = 3_000;
const program = { participantId: 'composer', source: 'program', tier: '360p15' } as const;

let meeting: LightMeeting;
let witness: Member;
const closers: Closer[] = [];
beforeAll(async () => {
  meeting = await LightMeeting.open();
  const speaker = await meeting.join('speaker');
  witness = await meeting.join('witness');
  await meeting.speak(speaker);
  await seesAndHears(witness);
}, 120_000);
afterAll(async () => {
  for (const close of closers.reverse()) await close();
  await meeting.close();
});

const engines = (job: string) => enginesOf(meeting.gateway.pid, job);

function kill(job: 'picture' | 'mix'): void {
  for (const pid of engines(job)) process.kill(pid, 'SIGKILL');
}

/** Neither a new call nor a new stream. */
async function callGoesOn(callId: string | undefined): Promise<void> {
  await seesAndHears(witness);
  expect(meeting.callOf(witness)).toMatchObject({ id: callId, status: 'answered', attempt: 1 });
  for (const line of witness.codec.lines) expect(line.heard.ssrcs.size).toBe(1);
}

test('what draws dies: the picture is soon there again, and the sound never stops', async () => {
  const { id } = meeting.callOf(witness) ?? {};
  const { roomId, gateway } = meeting;
  const viewer = await Guest.join(closers, gateway, { roomId, id: 'viewer', kind: 'recorder' });
  const first = await viewer.see(program);
  await until('the picture', () => first.packets().length > 20, SLOW_MS);
  const { sound } = witness.codec;
  const [packets, killedAt] = [sound.heard.packets, performance.now()];
  kill('picture');
  await until('its streams are gone', () => !viewer.offers.has('composer/program'), BACK_MS);
  const second = await viewer.see(program);
  await until('the picture again', () => second.packets().length > 0, BACK_MS);
  const goneMs = (second.packets()[0]?.at ?? Number.NaN) - killedAt;
  if (process.env.ROSTRUM_FIGURES) console.log({ pictureGoneMs: goneMs });
  expect(goneMs).toBeLessThan(BACK_MS);
  await pause(1_000);
  const dueMs = performance.now() - killedAt;
  expect(sound.heard.packets - packets).toBeGreaterThan((0.9 * dueMs) / 20);
  await callGoesOn(id);
}, 60_000);

test('what mixes dies: the sound is soon there again, and the picture never stops', async () => {
  const { id } = meeting.callOf(witness) ?? {};
  const { sound, picture } = witness.codec;
  const drawing = engines('picture');
  const markers = picture?.heard.markers ?? 0;
  const killedAt = performance.now();
  kill('mix');
  await until('another takes its place', () => engines('mix').length === 1, BACK_MS);
  sound.heard.payloads.length = 0;
  await until('it hears again', () => hears(witness), BACK_MS);
  const goneMs = performance.now() - killedAt;
  if (process.env.ROSTRUM_FIGURES) console.log({ soundGoneMs: goneMs });
  expect(goneMs).toBeLessThan(BACK_MS);
  // 15 pictures a second.
  expect((picture?.heard.markers ?? 0) - markers).toBeGreaterThan((0.5 * 15 * goneMs) / 1000);
  expect(engines('picture')).toEqual(drawing);
  await callGoesOn(id);
}, 60_000);
