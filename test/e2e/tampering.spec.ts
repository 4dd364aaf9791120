import type { RoomState } from '../../server/protocol/records.ts';
import { MAX_MESSAGE_BYTES, MAX_PACKET_BYTES } from '../../server/protocol/version.ts';
import { attend, enterWithoutPage, logOf, obeyed, participantNamed } from './centre.ts';
import { toneHeard } from './devices.ts';
import { expect, test } from './fixtures.ts';
import { cardOf, enter, expectColour, issueLink, newPerson, openMeeting, signIn } from './people.ts';
import { microphoneRequest, say, tamperWith } from './tampering.ts';

const HEARD = -45;
const SILENT = -75;
const TAMPERED = 'Pác Nặm';

test('REG-10: a tampered client is heard by nobody and changes nothing', async ({ browser, system }) => {
  test.setTimeout(240_000);
  const operator = await newPerson(browser, { colour: 'grey', toneHz: 300 });
  const listener = await newPerson(browser, { colour: 'blue', toneHz: 880 });
  const { page, context } = await newPerson(browser, { colour: 'red', toneHz: 440 });
  await tamperWith(page);
  await signIn(operator.page, system);
  const roomId = await openMeeting(operator.page, 'Điểm cầu bị can thiệp');
  await enter(listener.page, await issueLink(operator.page, system, roomId, { role: 'site', name: 'Na Rì' }));
  await enter(page, await issueLink(operator.page, system, roomId, { role: 'site', name: TAMPERED }));
  await expectColour(cardOf(operator.page, TAMPERED), 'red', 40_000);
  const centre = await attend(operator.page, system, roomId);
  const self = participantNamed(centre, TAMPERED)?.id ?? '';
  const expectSilence = async () => {
    for (const one of [listener, operator]) expect(await toneHeard(one.page, 440)).toBeLessThan(SILENT);
  };
  const refused = (code: string) => ({ ok: false, refusal: { code } });

  await test.step('opened by the operator it is heard, closed it is not: what is measured is there', async () => {
    await obeyed(centre.command({ verb: 'openMicrophone', participantId: self }));
    await expect.poll(() => toneHeard(listener.page, 440), { timeout: 30_000 }).toBeGreaterThan(HEARD);
    await obeyed(centre.command({ verb: 'closeMicrophone', participantId: self }));
    await expect.poll(() => toneHeard(listener.page, 440)).toBeLessThan(SILENT);
  });

  await test.step('it opens its microphone, gives itself the floor, drives the meeting: refused and on record', async () => {
    await say(page, 'command', { verb: 'requestFloor' });
    const requestId = centre.state.requests.at(-1)?.id;
    const before = centre.state;
    const attempts = [
      { verb: 'openMicrophone', participantId: self },
      { verb: 'forwardRequest', requestId },
      { verb: 'grantFloor', requestId },
      { verb: 'closeAllMicrophones' },
      { verb: 'take', version: 0 },
      { verb: 'dial', address: 'sip:ai-do@127.0.0.1' },
      { verb: 'reportCall', callId: 'abc', status: 'answered' },
      { verb: 'removeParticipant', participantId: participantNamed(centre, 'Na Rì')?.id },
      { verb: 'endMeeting' },
    ];
    for (const attempt of attempts) {
      expect(await say(page, 'command', attempt)).toMatchObject(refused('notPermitted'));
    }
    const log = await logOf(operator.page, system, roomId);
    const since = log.filter(({ seq }) => seq > before.seq).map(({ event }) => event);
    expect(since.map(({ type }) => type)).toEqual(attempts.map(() => 'attemptRefused'));
    await expect.poll(() => centre.state.seq).toBe(before.seq + attempts.length);
    expect(withoutAttempts(centre.state)).toEqual(withoutAttempts(before));
    await expectSilence();
  });

  await test.step('it sends its sound under other names: nothing of it gets anywhere', async () => {
    const own = await microphoneRequest(page);
    const send = (sent: object) => say(page, 'request', { ...own, sent });
    expect(await send({ source: 'mix' })).toMatchObject(refused('notPermitted'));
    expect(await send({ source: 'mixMinus', for: self })).toMatchObject(refused('notPermitted'));
    expect(await send({ source: 'camera' })).toMatchObject(refused('mediaUnsupported'));
    expect(await send({ source: 'loudspeaker' })).toMatchObject(refused('malformed'));
    await expectSilence();
    // Under the names that are its own it may send; the gate is shut for both.
    await send({ source: 'microphone' });
    await expectSilence();
    await send({ source: 'screenAudio' });
    await expectSilence();
  });

  await test.step('it shares a screen with sound: seen, not heard, until the gate is open', async () => {
    await page.keyboard.press('s');
    const sources = () => participantNamed(centre, TAMPERED)?.sources.map(({ source }) => source) ?? [];
    await expect.poll(sources).toContain('screenAudio');
    await expect.poll(sources).toContain('screen');
    await expectSilence();
    await obeyed(centre.command({ verb: 'openMicrophone', participantId: self }));
    await expect.poll(() => toneHeard(listener.page, 440), { timeout: 30_000 }).toBeGreaterThan(HEARD);
  });

  centre.close();
  for (const one of [operator.context, listener.context, context]) await one.close();
});

test('hostile messages get a refusal or cost their own connection, and nothing else', async ({ browser, system }) => {
  const operator = await newPerson(browser, { colour: 'grey', toneHz: 300 });
  await signIn(operator.page, system);
  const roomId = await openMeeting(operator.page, 'Thông điệp lạ');
  const link = await issueLink(operator.page, system, roomId, { role: 'site', name: TAMPERED });
  const centre = await attend(operator.page, system, roomId);
  const peer = await enterWithoutPage(operator.page, system, link);
  await expect.poll(() => participantNamed(centre, TAMPERED)?.presence).toBe('present');
  const before = centre.state;

  await test.step('malformed and unknown', async () => {
    const strange = [undefined, null, 7, 'openMicrophone', [], {}, { verb: 'fly' }, { verb: 'muteSelf', muted: 'no' }];
    for (const message of strange) {
      const answer = await peer.command(message);
      expect(answer).toMatchObject({ ok: false, refusal: { code: 'malformed', category: 'input' } });
    }
    const extra = await peer.command({ verb: 'muteSelf', muted: true, gate: 'open' });
    expect(extra).toMatchObject({ ok: false, refusal: { code: 'malformed', detail: 'gate' } });
    const unknown = await peer.socket.timeout(5_000).emitWithAck('becomeOperator', {});
    expect(unknown).toMatchObject({ ok: false, refusal: { code: 'malformed', detail: 'becomeOperator' } });
    expect(await peer.request({ request: 'fly' })).toMatchObject({ ok: false, refusal: { code: 'malformed' } });
  });

  await test.step('above 64 kB: refused', async () => {
    const answer = await peer.command({ verb: 'dial', address: 'x'.repeat(MAX_MESSAGE_BYTES) });
    expect(answer).toMatchObject({ ok: false, refusal: { code: 'messageTooLarge', category: 'input' } });
    expect(peer.socket.connected).toBe(true);
    expect(centre.state).toEqual(before);
  });

  await test.step('above 256 kB: that connection is closed, and comes back as itself', async () => {
    const closed = new Promise<string>((resolve) => peer.socket.once('disconnect', resolve));
    peer.socket.emit('command', { verb: 'dial', address: 'x'.repeat(MAX_PACKET_BYTES) });
    expect(await closed).toMatch(/transport/);
    await expect.poll(() => peer.welcomes.length).toBe(2);
    expect(centre.welcomes).toHaveLength(1);
    const log = await logOf(operator.page, system, roomId);
    const since = log.filter(({ seq }) => seq > before.seq).map(({ event }) => event.type);
    expect(since).toEqual(['participantLost', 'participantReturned']);
    await expect.poll(() => participantNamed(centre, TAMPERED)?.presence).toBe('present');
    expect(withoutTimes(centre.state)).toEqual(withoutTimes(before));
  });

  peer.close();
  centre.close();
  await operator.context.close();
});

function withoutAttempts({ attempts: _, seq: __, ...rest }: RoomState): Partial<RoomState> {
  return rest;
}

function withoutTimes(state: RoomState): unknown {
  const participants = Object.values(state.participants).map(({ presenceSince: _, ...rest }) => rest);
  return { ...withoutAttempts(state), participants };
}
