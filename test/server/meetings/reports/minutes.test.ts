import { describe, expect, test } from 'vitest';
import { factsOf } from '../../../../server/meetings/reports/facts.ts';
import { minutesOf } from '../../../../server/meetings/reports/minutes.ts';
import { lineUses } from '../../../../server/meetings/reports/outages.ts';
import { lengthOf, sum } from '../../../../server/meetings/reports/spans.ts';
import { citedBy, tellEvents } from '../../../../server/meetings/reports/told-events.ts';
import type { LoggedEvent } from '../../../../server/protocol/events.ts';
import { minutesSchema } from '../../../../server/protocol/reports.ts';
import { seededRandom } from '../../../integration/random.ts';
import { chair, guest, incident, invited, joined, MINUTE, request, START, story } from './story.ts';

const NOW = START + 200 * MINUTE;
const who = { participantId: 'site-ba-be' };
const open = { type: 'meetingOpened', roomId: 'giao-ban', title: 'Giao ban tuần' };
const fold = (events: readonly LoggedEvent[]) => minutesOf(events, { roomId: 'giao-ban', now: NOW });

const span = { openedAt: START + 20 * MINUTE, endedAt: START + 22 * MINUTE };
const reported = incident({
  ...span,
  cause: 'Đứt cáp',
  remedy: 'Nối lại',
  told: [{ party: 'carrier', at: START, by: 'op' }],
});
const events = story(
  [0, open],
  [0, invited(['ba-be', 'Ba Bể'], ['na-ri', 'Na Rì'], ['dong-hy', 'Đồng Hỷ'])],
  [1, joined('site-ba-be', 'Ba Bể')],
  [2, chair('chair-1', 'Chủ trì')],
  [3, joined('site-dong-hy', 'Đồng Hỷ', { kind: 'sip' })],
  [4, { type: 'floorRequested', request: request('requested') }],
  [5, { type: 'requestForwarded', request: request('forwarded', { forwardedAt: START + 5 * MINUTE }) }],
  [6, { type: 'floorGranted', request: request('speaking', { speakingAt: START + 6 * MINUTE }) }],
  [6, { type: 'microphoneOpened', ...who }],
  [8, { type: 'sourceOpened', ...who, sent: { source: 'screen' } }],
  [16, { type: 'microphoneClosed', ...who, reason: 'finished' }],
  [
    16,
    { type: 'floorFinished', reason: 'finished', request: request('finished', { finishedAt: START + 16 * MINUTE }) },
  ],
  [18, { type: 'presentationStopped', ...who, reason: 'stopped' }],
  [20, { type: 'participantLost', ...who }],
  [20.1, { type: 'incidentOpened', incident: incident({ openedAt: START + 20 * MINUTE }) }],
  [22, { type: 'participantReturned', ...who }],
  [23, { type: 'incidentEnded', incident: incident(span) }],
  [24, { type: 'incidentReported', incident: reported }],
  [30, { type: 'participantLeft', participantId: 'site-dong-hy', reason: 'hungUp' }],
  [35, { type: 'attemptRefused', attempt: { by: 'site-ba-be', name: 'Ba Bể', verb: 'dial', at: START } }],
  [40, { type: 'recordingStarted', recordingId: 'r1' }],
  [50, { type: 'recordingSaved', recordingId: 'r1', durationMs: 599_000, bytes: 1 }],
  [60, { type: 'meetingEnded' }],
);

describe('minutes', () => {
  const minutes = minutesSchema.parse(fold(events));

  test('who was there when, by which means, and who was not', () => {
    expect(minutes.attendees.map(({ name, presentMs, lostMs }) => [name, presentMs / MINUTE, lostMs / MINUTE])).toEqual(
      [
        ['Chủ trì', 58, 0],
        ['Ba Bể', 57, 2],
        ['Đồng Hỷ', 27, 0],
      ],
    );
    expect(minutes.attendees[2]?.stays).toMatchObject([{ means: 'sip', ended: 'hungUp', open: false, seqs: [5, 19] }]);
    expect(minutes.attendees[1]?.stays[0]?.losses).toMatchObject([{ seqs: [14, 16] }]);
    expect(minutes.absent).toEqual({ sites: [{ siteId: 'na-ri', name: 'Na Rì' }], seqs: [2] });
  });

  test('REG-9 REG-10 who spoke when and how long, with each step of the request', () => {
    expect(minutes.speeches).toHaveLength(1);
    expect(minutes.speeches[0]).toMatchObject({ name: 'Ba Bể', closed: 'finished', seqs: [6, 7, 8, 9, 11, 12] });
    expect(minutes.speeches[0]?.request).toMatchObject({ status: 'finished', requestedAt: START });
    expect(minutes.speakers).toMatchObject([{ name: 'Ba Bể', times: 1, ms: 10 * MINUTE }]);
    expect(minutes.unheard).toEqual([]);
    expect(minutes.presented).toMatchObject([{ name: 'Ba Bể', from: START + 8 * MINUTE, to: START + 18 * MINUTE }]);
  });

  test('REG-8 an incident with its length, REG-12 what was refused, and what was recorded', () => {
    expect(minutes.incidents).toMatchObject([{ names: ['Ba Bể'], open: false, seqs: [15, 17, 18] }]);
    expect(minutes.incidents[0]?.incident).toMatchObject({ cause: 'Đứt cáp', remedy: 'Nối lại' });
    expect(minutes.incidents.map(lengthOf)).toEqual([2 * MINUTE]);
    expect(minutes.refused).toEqual({ count: 1, seqs: [20] });
    expect(minutes.recordings).toMatchObject([{ recordingId: 'r1', durationMs: 599_000, seqs: [21, 22] }]);
  });

  test('every figure leads to events that can be read, without addresses', () => {
    const told = tellEvents(events, citedBy(minutes));
    expect(told.map(({ seq }) => seq)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
    ]);
    expect(told[2]).toEqual({
      ...{ seq: 3, at: START + MINUTE, by: 'system', type: 'participantJoined' },
      ...{ name: 'Ba Bể', detail: 'browser' },
    });
    expect(told.find(({ type }) => type === 'microphoneClosed')).toMatchObject({ name: 'Ba Bể', detail: 'finished' });
  });

  test('a meeting that goes on is counted until now', () => {
    const sofar = minutesOf(events.slice(0, 9), { roomId: 'giao-ban', now: START + 9 * MINUTE });
    expect(sofar.endedAt).toBeUndefined();
    expect(sofar.speeches).toMatchObject([{ open: true, to: START + 9 * MINUTE }]);
  });

  test('REG-5 what was tried in the rehearsal is no part of the minutes', () => {
    const times = { preparationAt: START, startsAt: START, endsAt: START };
    const booking = { bookingId: 'b', status: 'closed', hostUnitId: 'so', hostUnit: 'Sở', ...times } as const;
    const held = (heldAt: number) =>
      minutesOf(events, { roomId: 'giao-ban', now: NOW, booking: { ...booking, heldAt } });
    expect(held(START + 17 * MINUTE)).toMatchObject({ speeches: [], speakers: [], unheard: [], presented: [{}] });
    expect(held(START + 16 * MINUTE - 1).speeches).toHaveLength(1);
    expect(
      factsOf(events, { roomId: 'giao-ban', now: NOW, booking: { ...booking, heldAt: START + 21 * MINUTE } }),
    ).toMatchObject({
      ...{ ms: 39 * MINUTE, siteMs: (38 + 9) * MINUTE },
    });
  });

  test('a site that came by a link is not absent', () => {
    const byLink = joined('site-link-1', 'Na Rì', { siteId: undefined });
    const { absent } = fold(story([0, open], [0, invited(['ba-be', 'Ba Bể'], ['na-ri', 'Na Rì'])], [1, byLink]));
    expect(absent.sites).toEqual([{ siteId: 'ba-be', name: 'Ba Bể' }]);
  });

  test('a request that was declined is not forgotten', () => {
    const declined = story([0, open], [1, { type: 'requestDeclined', request: request('declined') }]);
    expect(fold(declined).unheard).toMatchObject([{ request: { status: 'declined' }, seqs: [2] }]);
  });
});

/** Anything that may happen to three people, in any order; clocks that go back. */
function anyStory(seed: number): LoggedEvent[] {
  const random = seededRandom(seed);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  const ids = ['site-ba-be', 'site-na-ri', 'guest-1'];
  const steps: [number, object][] = [[0, open]];
  let at = 0;
  for (let i = 0; i < 120; i += 1) {
    at += random() * 2 - 0.1;
    const participantId = pick(ids);
    steps.push([
      Math.max(0, at),
      pick<object>([
        participantId.startsWith('guest') ? guest(participantId, 'Khách') : joined(participantId, participantId),
        { type: 'participantLost', participantId },
        { type: 'participantReturned', participantId },
        { type: 'participantLeft', participantId, reason: pick(['left', 'graceExpired', 'removed']) },
        { type: 'microphoneOpened', participantId },
        { type: 'microphoneClosed', participantId, reason: 'closed' },
        { type: 'sourceOpened', participantId, sent: { source: 'screen' } },
        { type: 'sourceClosed', participantId, sent: { source: 'screen' } },
        { type: 'serverRestarted' },
      ]),
    ]);
  }
  if (seed % 2 === 0) steps.push([at + 1, { type: 'meetingEnded' }]);
  return story(...steps);
}

test('whatever happens, the figures agree with each other', () => {
  for (let seed = 0; seed < 200; seed += 1) {
    const told = anyStory(seed);
    const minutes = minutesSchema.parse(fold(told));
    for (const { stays, presentMs, lostMs } of minutes.attendees) {
      expect(presentMs).toBeGreaterThanOrEqual(0);
      expect(presentMs + lostMs, `seed ${seed}`).toBe(sum(stays.map(lengthOf)));
    }
    expect(sum(minutes.speakers.map(({ ms }) => ms))).toBe(sum(minutes.speeches.map(lengthOf)));
    const numbers = new Set(told.map(({ seq }) => seq));
    for (const seq of citedBy(minutes)) expect(numbers.has(seq)).toBe(true);
    for (const line of lineUses(told, minutes.until)) {
      expect(line.outageMs, `seed ${seed}`).toBeLessThanOrEqual(line.expectedMs);
      for (const { from, to } of line.outages) expect(to).toBeGreaterThanOrEqual(from);
    }
  }
});
