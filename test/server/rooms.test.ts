import { afterEach, expect, test, vi } from 'vitest';
import { Room } from '../../server/rooms.ts';
import type { EventLog } from '../../server/store/event-log.ts';
import { entrantOf, type Fixture, Listener, OPERATOR, openFixture, SITE } from './room-parts.ts';

const ROOM = '600100';
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
let fixture: Fixture;
const rooms: Room[] = [];
afterEach(async () => {
  for (const room of rooms.splice(0)) await room.close();
  await fixture.close();
});

async function open(change: Partial<Fixture['parts']> = {}): Promise<{ room: Room; heard: Listener }> {
  await fixture.parts.log.reserve(ROOM);
  const room = await Room.open(ROOM, { ...fixture.parts, ...change });
  rooms.push(room);
  await room.dispatch({ verb: 'open', roomId: ROOM, title: 'Giao ban' }, 'system');
  for (const participant of [OPERATOR, SITE].map(entrantOf)) {
    await room.dispatch({ verb: 'admit', participant }, 'system');
  }
  return { room, heard: new Listener(room) };
}

/** A log whose appends wait, or fail, as the test wants. */
class Obstacle {
  appends = 0;
  before: () => Promise<void> = async () => undefined;
  after: () => Promise<void> = async () => undefined;

  around = (log: EventLog): EventLog => ({
    ...log,
    append: async (batch) => {
      this.appends += 1;
      await this.before();
      await log.append(batch);
      await this.after();
    },
  });
}

test('nothing is acknowledged, broadcast or performed before its append', async () => {
  const obstacle = new Obstacle();
  fixture = await openFixture(obstacle.around);
  const { room, heard } = await open();
  fixture.media.performed.length = 0;
  const gate = Promise.withResolvers<void>();
  obstacle.before = () => gate.promise;
  let acknowledged = false;
  const done = room.dispatch({ verb: 'openMicrophone', participantId: 'babe' }, OPERATOR).then((answer) => {
    acknowledged = true;
    return answer;
  });
  await pause(20);
  expect([acknowledged, heard.types(), fixture.media.performed]).toEqual([false, [], []]);
  expect(room.state.participants.babe?.gate).toBe('closed');
  gate.resolve();
  expect(await done).toEqual({ ok: true, result: {} });
  expect(heard.types()).toEqual(['microphoneOpened', 'speakerChanged']);
  expect(room.state.participants.babe?.gate).toBe('open');
});

test('what is decided while an append is under way goes into the next one', async () => {
  const obstacle = new Obstacle();
  fixture = await openFixture(obstacle.around);
  const { room, heard } = await open();
  const gate = Promise.withResolvers<void>();
  obstacle.before = () => gate.promise;
  const counted = obstacle.appends;
  const names = Array.from({ length: 20 }, (_, i) => `Ba Bể ${i}`);
  const rename = (name: string) => room.dispatch({ verb: 'renameParticipant', participantId: 'babe', name }, OPERATOR);
  const [first = '', ...others] = names;
  const all = [rename(first)];
  await pause(20);
  all.push(...others.map(rename));
  gate.resolve();
  await Promise.all(all);
  expect(obstacle.appends - counted).toBe(2);
  expect(heard.types()).toHaveLength(20);
  expect(room.state.participants.babe?.name).toBe('Ba Bể 19');
});

test('what is decided in one turn of the loop is one append', async () => {
  const obstacle = new Obstacle();
  fixture = await openFixture(obstacle.around);
  const { room } = await open();
  const counted = obstacle.appends;
  const rename = (name: string) => room.dispatch({ verb: 'renameParticipant', participantId: 'babe', name }, OPERATOR);
  await Promise.all(['Ba Bể 1', 'Ba Bể 2', 'Ba Bể 3'].map(rename));
  expect(obstacle.appends - counted).toBe(1);
  expect(room.state.participants.babe?.name).toBe('Ba Bể 3');
});

test('a refusal that rests on what is not stored yet waits for it', async () => {
  const obstacle = new Obstacle();
  fixture = await openFixture(obstacle.around);
  const { room } = await open();
  const gate = Promise.withResolvers<void>();
  obstacle.before = () => gate.promise;
  const first = room.dispatch({ verb: 'startRecording' }, OPERATOR);
  let answered = false;
  const second = room.dispatch({ verb: 'startRecording' }, OPERATOR).then((answer) => {
    answered = true;
    return answer;
  });
  await pause(20);
  expect(answered).toBe(false);
  gate.resolve();
  expect(await first).toMatchObject({ ok: true });
  expect(await second).toMatchObject({ ok: false, refusal: { code: 'alreadyRecording' } });
});

test('a failed append is as if it had never been asked; those who wait are told to try again', async () => {
  const obstacle = new Obstacle();
  fixture = await openFixture(obstacle.around);
  const { room, heard } = await open();
  const before = room.state;
  obstacle.before = async () => {
    obstacle.before = async () => undefined;
    throw new Error('the disk is full');
  };
  const answers = await Promise.all([
    room.dispatch({ verb: 'openMicrophone', participantId: 'babe' }, OPERATOR),
    room.dispatch({ verb: 'startRecording' }, OPERATOR),
  ]);
  expect(answers).toMatchObject(Array(2).fill({ ok: false, refusal: { code: 'retry', category: 'server' } }));
  expect(heard.changes).toEqual([]);
  await pause(30);
  expect(room.state).toEqual(before);
  expect(await room.dispatch({ verb: 'startRecording' }, OPERATOR)).toMatchObject({ ok: true });
});

test('an append that failed only after it was stored is made up for', async () => {
  const obstacle = new Obstacle();
  fixture = await openFixture(obstacle.around);
  const { room, heard } = await open();
  obstacle.after = async () => {
    obstacle.after = async () => undefined;
    throw new Error('the answer was lost');
  };
  const answer = await room.dispatch({ verb: 'openMicrophone', participantId: 'babe' }, OPERATOR);
  expect(answer).toMatchObject({ ok: false, refusal: { code: 'retry' } });
  await pause(30);
  expect(room.state.participants.babe?.gate).toBe('open');
  expect(heard.types()).toEqual(['microphoneOpened', 'speakerChanged']);
});

test('a system command that nobody waits for is repeated after a failure', async () => {
  const obstacle = new Obstacle();
  fixture = await openFixture(obstacle.around);
  const { room } = await open();
  obstacle.before = async () => {
    obstacle.before = async () => undefined;
    throw new Error('busy');
  };
  room.report({ verb: 'lose', participantId: 'babe' });
  await expect.poll(() => room.state.participants.babe?.presence, { timeout: 3_000 }).toBe('away');
});

test('a room that another owner has taken over is closed here and writes nothing more', async () => {
  fixture = await openFixture();
  const { room, heard } = await open();
  await fixture.store.log.claim(ROOM);
  expect(await room.dispatch({ verb: 'startRecording' }, OPERATOR)).toMatchObject({ refusal: { code: 'retry' } });
  expect(heard.end).toBe('takenOver');
  expect(await room.dispatch({ verb: 'startRecording' }, OPERATOR)).toMatchObject({ refusal: { code: 'roomUnknown' } });
  const stored = await fixture.store.log.read(ROOM);
  expect(stored.map(({ event }) => event.type)).not.toContain('recordingRequested');
});

test('what could not be read again is a fault of ours and is not stored', async () => {
  fixture = await openFixture();
  const { room, heard } = await open();
  const before = room.state;
  const rename = { verb: 'renameParticipant', participantId: 'babe', name: 'two\nlines' } as const;
  expect(await room.dispatch(rename, OPERATOR)).toMatchObject({ refusal: { code: 'internal' } });
  expect([room.state, heard.changes]).toEqual([before, []]);
  expect(await room.dispatch({ ...rename, name: 'one line' }, OPERATOR)).toMatchObject({ ok: true });
});

test('a watcher that fails harms neither the room nor the others', async () => {
  fixture = await openFixture();
  const { room } = await open();
  const broken = new Listener(room);
  broken.committed = () => {
    throw new Error('broken');
  };
  const whole = new Listener(room);
  expect(await room.dispatch({ verb: 'startRecording' }, OPERATOR)).toMatchObject({ ok: true });
  expect(whole.types()).toEqual(['recordingRequested']);
});

test('an effect that fails is on record, and the next ones are performed', async () => {
  fixture = await openFixture();
  const { room } = await open();
  fixture.media.perform = async (effect) => {
    if (effect.effect === 'reviewPictures') throw new Error('no such router');
  };
  await room.dispatch({ verb: 'removeParticipant', participantId: 'babe' }, OPERATOR);
  await expect
    .poll(async () => (await fixture.store.log.read(ROOM)).map(({ event }) => event))
    .toContainEqual({
      type: 'effectFailed',
      effect: 'reviewPictures',
      reason: 'no such router',
    });
  expect(fixture.media.performed.map(({ effect }) => effect)).toContain('closeMedia');
});

test('who is lost returns within the grace, or has left after it', async () => {
  fixture = await openFixture();
  const { room, heard } = await open({ graceMs: 40 });
  await room.dispatch({ verb: 'lose', participantId: 'babe' }, 'system');
  await room.dispatch({ verb: 'admit', participant: entrantOf(SITE) }, 'system');
  await pause(80);
  expect(room.state.participants.babe?.presence).toBe('present');
  await room.dispatch({ verb: 'lose', participantId: 'babe' }, 'system');
  await expect.poll(() => room.state.participants.babe?.presence).toBe('left');
  expect(heard.dismissed).toEqual(['babe left']);
  expect(heard.types().slice(-2)).toEqual(['participantLost', 'participantLeft']);
});

test('a recording that nobody saves fails after a minute, and another one can be started', async () => {
  fixture = await openFixture();
  const { room } = await open();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    await room.dispatch({ verb: 'startRecording' }, OPERATOR);
    await room.dispatch({ verb: 'stopRecording' }, OPERATOR);
    vi.advanceTimersByTime(59_000);
    expect(await room.dispatch({ verb: 'startRecording' }, OPERATOR)).toMatchObject({ ok: false });
    vi.advanceTimersByTime(2_000);
    expect(await room.dispatch({ verb: 'startRecording' }, OPERATOR)).toMatchObject({ ok: true });
    vi.advanceTimersByTime(120_000);
    expect(room.state.recording.status).toBe('starting');
  } finally {
    vi.useRealTimers();
  }
  const stored = await fixture.store.log.read(ROOM);
  expect(stored.map(({ event }) => event)).toContainEqual({
    type: 'recordingFailed',
    recordingId: expect.any(String),
    reason: 'not saved in time',
  });
});

test('an ended meeting whose calls nobody hangs up is closed after a minute', async () => {
  fixture = await openFixture();
  const { room, heard } = await open();
  await room.dispatch({ verb: 'dial', address: 'sip:na-ri@10.0.0.5' }, OPERATOR);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    await room.dispatch({ verb: 'endMeeting' }, OPERATOR);
    vi.advanceTimersByTime(59_000);
    expect(heard.end).toBe('');
    vi.advanceTimersByTime(2_000);
  } finally {
    vi.useRealTimers();
  }
  expect(heard.end).toBe('ended');
});

test('a room that is closed stays closed, whatever becomes of its last append', async () => {
  const obstacle = new Obstacle();
  fixture = await openFixture(obstacle.around);
  const { room } = await open();
  const gate = Promise.withResolvers<void>();
  obstacle.before = () => gate.promise;
  const last = room.dispatch({ verb: 'startRecording' }, OPERATOR);
  await pause(5);
  await room.close();
  gate.reject(new Error('the database is closed'));
  expect(await last).toMatchObject({ ok: false, refusal: { code: 'retry' } });
  await pause(5);
  expect(await room.dispatch({ verb: 'startRecording' }, OPERATOR)).toMatchObject({ refusal: { code: 'roomUnknown' } });
});

test('an ended meeting is closed once its recording is saved', async () => {
  fixture = await openFixture();
  const { room, heard } = await open();
  await room.dispatch({ verb: 'startRecording' }, OPERATOR);
  const recordingId = room.state.recording.status === 'off' ? '' : room.state.recording.id;
  await room.dispatch({ verb: 'endMeeting' }, OPERATOR);
  await pause(20);
  expect([heard.end, fixture.media.closed]).toEqual(['', []]);
  const saved = { recordingId, status: 'saved', file: `${recordingId}.mp4`, durationMs: 1, bytes: 1 } as const;
  await room.dispatch({ verb: 'reportRecording', ...saved }, 'system');
  await expect.poll(() => heard.end).toBe('ended');
  await expect.poll(() => fixture.media.closed).toEqual([ROOM]);
  expect(await fixture.store.recordings.list()).toMatchObject([{ recordingId, roomId: ROOM, title: 'Giao ban' }]);
});
