import { describe, expect, test } from 'vitest';
import {
  dueAtOf,
  phaseOf,
  saveChecklist,
  withLineTest,
  withSeen,
  withTested,
} from '../../../server/meetings/rehearsal-rules.ts';
import { deskSettingsSchema } from '../../../server/protocol/bookings.ts';
import type { EndedLineTest } from '../../../server/protocol/line-tests.ts';
import {
  CLOSING_ITEMS,
  REHEARSAL_ITEMS,
  type SiteRehearsal,
  saveChecklistSchema,
} from '../../../server/protocol/rehearsals.ts';
import { lacksOf, noRehearsal } from '../../../server/room/rehearsal.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const STARTS = Date.UTC(2026, 10, 25, 1);
const booking = { preparationAt: STARTS - 60 * MINUTE, startsAt: STARTS, endsAt: STARTS + 120 * MINUTE };
const doer = { at: STARTS - 50 * MINUTE, by: 'device:d1' };
const none = noRehearsal('ba-be');
const all = { phase: 'rehearsal' as const, ticked: [...REHEARSAL_ITEMS] };

function lineTest(changes: Partial<Extract<EndedLineTest, { status: 'done' }>['result']> = {}): EndedLineTest {
  const half = { kbps: 3_950.4, isFull: true, loss: 0, jitterMs: 3 };
  const who = { testId: 't1', siteId: 'ba-be', siteName: 'Ba Bể', way: 'codec' as const, by: 'device:d1' };
  const times = { startedAt: booking.preparationAt - MINUTE, endedAt: booking.preparationAt };
  const result = {
    level: 'good' as const,
    up: half,
    down: half,
    roundTripMs: 40.6,
    advice: [{ advice: 'fine' as const }],
  };
  return { status: 'done', ...who, ...times, result: { ...result, ...changes } };
}

/** Tried, ticked and signed. */
function ready(): SiteRehearsal {
  const tried = withLineTest(none, lineTest(), {}, booking);
  const heard = withTested(tried, { part: 'sound', levelDb: -22, delayMs: 130 }, doer.at);
  const seen = withTested(heard, { part: 'picture', width: 1280, height: 720, dark: false }, doer.at);
  return signed(seen, { ...all, signedBy: 'Lý A Sử' });
}
function signed(before: SiteRehearsal, wanted: Parameters<typeof saveChecklist>[1]): SiteRehearsal {
  const saved = saveChecklist(before, wanted, doer);
  if ('wrong' in saved) throw new Error(saved.wrong);
  return saved;
}

describe('REG-5 REG-6: a site is ready', () => {
  test('when everything was tried and was good, the list is complete and the technician has signed', () => {
    expect(lacksOf(none)).toEqual(['reach', 'join', 'sound', 'picture', 'line', 'checklist', 'signature']);
    expect(lacksOf(ready())).toEqual([]);
    expect(ready().rehearsal.signed).toEqual({ name: 'Lý A Sử', ...doer });
  });

  test('no later than the set time before the opening', () => {
    expect(dueAtOf(booking, deskSettingsSchema.parse({}))).toBe(STARTS - 30 * MINUTE);
    expect(dueAtOf(booking, deskSettingsSchema.parse({ rehearsalMinutes: 45 }))).toBe(STARTS - 45 * MINUTE);
  });

  test('who signs has ticked everything, framings included (REG-11), or says what is not as it should be', () => {
    const without = { ...all, ticked: REHEARSAL_ITEMS.filter((item) => item !== 'framings'), signedBy: 'Lý A Sử' };
    expect(saveChecklist(none, without, doer)).toEqual({ wrong: 'note' });
    const noted = signed(none, { ...without, note: 'Máy quay cố định' });
    expect(lacksOf(noted)).not.toContain('checklist');
    expect(noted.rehearsal).toMatchObject({ note: 'Máy quay cố định', signed: { name: 'Lý A Sử' } });
  });

  test('what is changed afterwards takes the signature back; the same list again does not', () => {
    expect(signed(ready(), all).rehearsal.signed).toBeDefined();
    expect(signed(ready(), { ...all, note: 'Mất điện lưới' }).rehearsal.signed).toBeUndefined();
    expect(saveChecklist(none, { ...all, ticked: ['power', 'power'] }, doer)).toEqual({ wrong: 'ticked' });
  });
});

describe('REG-6: what a site checks before the meeting', () => {
  test('power and backup power, the equipment, sound and picture, the connection to the centre, the framings', () => {
    expect(REHEARSAL_ITEMS).toEqual([
      ...(['power', 'backupPower', 'terminal', 'sound', 'picture', 'connected', 'framings'] as const),
    ]);
  });

  test.each(REHEARSAL_ITEMS)('without %s it is not ready, and nobody signs unless he says why', (item) => {
    const ticked = REHEARSAL_ITEMS.filter((one) => one !== item);
    const saved = signed(none, { ...all, ticked });
    expect(lacksOf(saved)).toContain('checklist');
    expect(saveChecklist(none, { ...all, ticked, signedBy: 'Lý A Sử' }, doer)).toEqual({ wrong: 'note' });
    expect(saveChecklist(none, { ...all, ticked, note: '', signedBy: 'Lý A Sử' }, doer)).toEqual({ wrong: 'note' });
    const said = signed(none, { ...all, ticked, note: 'Chưa có, đã báo Văn phòng', signedBy: 'Lý A Sử' });
    expect(lacksOf(said)).not.toContain('checklist');
    // What is not as it should be stays to be read.
    expect(said.rehearsal).toMatchObject({ ticked, note: 'Chưa có, đã báo Văn phòng' });
  });

  test('a complete list that nobody has signed is not done, and a signature does not stand for a test', () => {
    expect(lacksOf(signed(none, all))).toEqual(['reach', 'join', 'sound', 'picture', 'line', 'signature']);
    expect(lacksOf(signed(none, { ...all, signedBy: 'Lý A Sử' }))).toEqual([
      'reach',
      'join',
      'sound',
      'picture',
      'line',
    ]);
  });

  test('sound and picture that fail after the signature are lacking again; the signature stands for the list', () => {
    const silent = withTested(ready(), { part: 'sound' }, doer.at + MINUTE);
    expect(lacksOf(silent)).toEqual(['sound']);
    expect(silent.rehearsal.signed).toBeDefined();
  });

  test.each(REHEARSAL_ITEMS)('whoever takes %s back takes the signature back', (item) => {
    const ticked = REHEARSAL_ITEMS.filter((one) => one !== item);
    expect(lacksOf(signed(ready(), { ...all, ticked }))).toEqual(['checklist', 'signature']);
  });

  test('the order of ticking does not matter, and the list is of this phase alone', () => {
    const backwards = signed(ready(), { ...all, ticked: [...REHEARSAL_ITEMS].reverse() });
    expect(backwards.rehearsal).toEqual(ready().rehearsal);
    const parse = (ticked: string[]) => saveChecklistSchema.safeParse({ phase: 'rehearsal', ticked }).success;
    expect([parse(['backupPower']), parse(['powerCut']), parse(['coffee'])]).toEqual([true, false, false]);
  });
});

describe('REG-5: what is tried by itself', () => {
  test('a tone that does not come back, too softly or too late is no sound', () => {
    const sound = (levelDb?: number, delayMs?: number) => {
      const figures = { ...(levelDb === undefined ? {} : { levelDb }), ...(delayMs === undefined ? {} : { delayMs }) };
      return withTested(none, { part: 'sound', ...figures }, 1).tests.sound;
    };
    expect(sound(-30, 90)).toEqual({ at: 1, ok: true, by: 'site', levelDb: -30, delayMs: 90 });
    expect(sound()?.ok).toBe(false);
    expect(sound(-70, 90)?.ok).toBe(false);
    expect(sound(-30, 900)?.ok).toBe(false);
  });

  test('a dark picture is none', () => {
    const picture = { part: 'picture' as const, width: 1280, height: 720 };
    expect(withTested(none, { ...picture, dark: true }, 1).tests.picture?.ok).toBe(false);
    expect(withTested(none, { ...picture, dark: false }, 1).tests.picture?.ok).toBe(true);
  });

  test('the server sees who is in the room, hears the microphone and has the picture; once that is good, it stays', () => {
    const came = withSeen(none, { way: 'call', picture: false }, 5);
    expect(came.tests).toEqual({ reach: { at: 5, ok: true, way: 'call' }, join: { at: 5, ok: true, way: 'call' } });
    const heard = withSeen(came, { way: 'call', picture: true, levelDb: -31.4, roundTripMs: 80.2 }, 6);
    expect(heard.tests.sound).toEqual({ at: 6, ok: true, by: 'centre', levelDb: -31, delayMs: 80 });
    expect(heard.tests.picture).toEqual({ at: 6, ok: true, by: 'centre' });
    expect(heard.tests.reach?.at).toBe(5);
    expect(withSeen(heard, { way: 'call', picture: false, levelDb: -90 }, 7)).toBe(heard);
    const failed = withTested(none, { part: 'sound' }, 4);
    expect(withSeen(failed, { way: 'browser', picture: false, levelDb: -90 }, 5).tests.sound?.ok).toBe(false);
    expect(withSeen(failed, { way: 'browser', picture: false, levelDb: -20 }, 6).tests.sound?.ok).toBe(true);
  });

  test('a line test says that the site is reached and joins, and whether the line bears what the directory says', () => {
    const good = withLineTest(none, lineTest(), { upKbps: 4_000, downKbps: 4_000 }, booking).tests;
    expect(good).toEqual({
      reach: { at: booking.preparationAt, ok: true, way: 'call', roundTripMs: 41 },
      join: { at: booking.preparationAt, ok: true, way: 'call' },
      line: {
        ...{
          at: booking.preparationAt,
          ok: true,
          testId: 't1',
          by: 'device:d1',
          level: 'good',
          upKbps: 3950,
          downKbps: 3950,
        },
        capacity: { upKbps: 4_000, downKbps: 4_000 },
      },
    });
    const below = lineTest({ advice: [{ advice: 'belowCapacity', direction: 'up', value: 900, limit: 4_000 }] });
    expect(withLineTest(none, below, {}, booking).tests.line?.ok).toBe(false);
    expect(withLineTest(none, lineTest({ level: 'poor' }), {}, booking).tests.line?.ok).toBe(false);
  });

  test('a call shows also whether the codec is heard and seen; what is silent or dark while nobody is there says nothing', () => {
    const at = booking.preparationAt;
    const heard = withLineTest(none, lineTest({ seen: { picture: true, levelDb: -30 } }), {}, booking).tests;
    expect(heard.picture).toEqual({ at, ok: true, by: 'centre' });
    expect(heard.sound).toEqual({ at, ok: true, by: 'centre', levelDb: -30, delayMs: 41 });
    const quiet = withLineTest(none, lineTest({ seen: { picture: false, levelDb: -78 } }), {}, booking).tests;
    expect([quiet.picture, quiet.sound]).toEqual([undefined, undefined]);
  });

  test('REG-5 a codec whose sound was played back to it has a loop, which says more than what was heard of it before', () => {
    const at = booking.preparationAt;
    const before = withSeen(none, { way: 'call', picture: true, levelDb: -20, roundTripMs: 30 }, 5);
    const looped = (seen: object) => withLineTest(before, lineTest({ seen: { picture: true, ...seen } }), {}, booking);
    expect(looped({ levelDb: -30, centreMs: 90 }).tests.sound).toEqual({
      ...{ at, ok: true, by: 'centre', levelDb: -30, delayMs: 131, loop: true },
    });
    expect(looped({ levelDb: -30, centreMs: 900 }).tests.sound).toMatchObject({ ok: false, delayMs: 941 });
    // Nobody was there to say anything.
    for (const seen of [{ centreMs: 90 }, { levelDb: -78, centreMs: 90 }, { levelDb: -30 }]) {
      expect(looped(seen).tests.sound).toEqual(before.tests.sound);
    }
  });

  test('one that was stopped says nothing', () => {
    const { result: _result, ...rest } = lineTest() as Extract<EndedLineTest, { status: 'done' }>;
    for (const failure of ['stopped', 'interrupted'] as const) {
      expect(withLineTest(none, { ...rest, status: 'failed', failure }, {}, booking)).toBe(none);
    }
  });

  test('one of last week counts for nothing, one that failed does, and none counts twice', () => {
    const old = { ...lineTest(), startedAt: booking.preparationAt - 7 * DAY };
    expect(withLineTest(none, old, {}, booking)).toBe(none);
    const { result: _result, ...rest } = lineTest() as Extract<EndedLineTest, { status: 'done' }>;
    const failed: EndedLineTest = { ...rest, status: 'failed', failure: 'call', cause: 'noAnswer' };
    expect(lacksOf(withLineTest(none, failed, {}, booking))).toContain('reach');
    const done = withLineTest(none, lineTest(), {}, booking);
    expect(withLineTest(done, lineTest(), {}, booking)).toBe(done);
  });
});

describe('REG-13: at the end everything is checked before the power is cut', () => {
  test('the closing list is there once the meeting is over, and for a day', () => {
    const at = (status: Parameters<typeof phaseOf>[0]['status'], now: number) => phaseOf({ ...booking, status }, now);
    expect(at('announced', STARTS - 3 * DAY)).toBeUndefined();
    expect(at('announced', STARTS - DAY)).toBe('rehearsal');
    expect(at('open', STARTS + MINUTE)).toBe('rehearsal');
    expect(at('closed', STARTS + MINUTE)).toBe('closing');
    expect(at('closed', booking.endsAt + 2 * DAY)).toBeUndefined();
    expect(at('cancelled', STARTS - MINUTE)).toBeUndefined();
  });

  test('it is signed by itself, and leaves the rehearsal as it was', () => {
    const wanted = { phase: 'closing' as const, ticked: [...CLOSING_ITEMS], signedBy: 'Lý A Sử' };
    const closed = signed(ready(), wanted);
    expect(closed.closing).toEqual({ ticked: CLOSING_ITEMS, signed: { name: 'Lý A Sử', ...doer } });
    expect(closed.rehearsal).toEqual(ready().rehearsal);
    expect(saveChecklist(none, { ...wanted, ticked: ['sound'] }, doer)).toEqual({ wrong: 'note' });
  });
});
