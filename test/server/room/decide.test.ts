import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isActive } from '../../../server/room/calls.ts';
import { decide } from '../../../server/room/decide.ts';
import { sends, tilesOf } from '../../../server/room/layout.ts';
import { entryRefusal } from '../../../server/room/sites.ts';
import { isPending } from '../../../server/room/state.ts';
import { steps, stories } from './arbitrary.ts';

const last = <T>(list: T[]): T => {
  const item = list.at(-1);
  if (item === undefined) throw new Error('empty');
  return item;
};

test('REG-10: a microphone opens only by an operator, by the chair for itself, or by a grant', () => {
  fc.assert(
    fc.property(stories, (story) => {
      for (const { before, logged } of steps(story)) {
        if (logged.event.type !== 'microphoneOpened') continue;
        const role = before.participants[logged.by]?.role;
        expect(role === 'operator' || role === 'chair').toBe(true);
      }
    }),
  );
});

test('REG-12: only an operator places a call, and only an invited site calls in as such', () => {
  fc.assert(
    fc.property(stories, (story) => {
      for (const { before, logged } of steps(story)) {
        if (logged.event.type !== 'callPlaced') continue;
        const { direction, siteId, participantId } = logged.event.call;
        if (direction === 'out') expect(before.participants[logged.by]?.role).toBe('operator');
        if (siteId === undefined) continue;
        expect([before.status, before.participants[participantId]?.presence]).not.toContain('removed');
        expect([entryRefusal(before, siteId), participantId]).toEqual([undefined, `site-${siteId}`]);
      }
    }),
  );
});

test('REG-19: a bridge is never the speaker, nor in the place of one', () => {
  fc.assert(
    fc.property(stories, (story) => {
      for (const { after } of steps(story)) {
        const shown = tilesOf({ name: '1', slots: [{ show: 'speaker' }] }, after)[0]?.participantId;
        for (const id of [after.speaker, shown]) expect(id == null || !after.participants[id]?.bridge).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});

test('REG-7: one presents at a time, the newest', () => {
  fc.assert(
    fc.property(stories, (story) => {
      for (const { logged, after } of steps(story)) {
        const presenting = Object.values(after.participants).filter((p) => sends(p, 'screen'));
        expect(presenting.length).toBeLessThanOrEqual(1);
        const { event } = logged;
        if (event.type === 'sourceOpened' && event.sent.source === 'screen') {
          expect(presenting.map((p) => p.id)).toEqual([event.participantId]);
        }
      }
    }),
  );
});

test('REG-11: a camera is moved by the centre or its own site, while its mover is there and it can be', () => {
  fc.assert(
    fc.property(stories, (story) => {
      for (const { before, logged, after } of steps(story)) {
        for (const { camera, presence } of Object.values(after.participants)) {
          if (camera?.moving && presence === 'present') {
            expect(after.participants[camera.moving.by]?.presence).toBe('present');
          }
        }
        if (logged.event.type !== 'cameraMoved' || logged.event.moving === null) continue;
        const { participantId, moving } = logged.event;
        expect(moving.by === participantId || before.participants[moving.by]?.role === 'operator').toBe(true);
        expect(before.participants[participantId]?.endpoint?.cameraControl).toBe(true);
      }
    }),
  );
});

test('nobody is called twice at once, and nobody who is here', () => {
  fc.assert(
    fc.property(stories, (story) => {
      for (const { before, logged, after } of steps(story)) {
        const beingCalled = Object.values(after.calls)
          .filter((c) => c.direction === 'out' && isActive(c) && c.status !== 'answered')
          .map((c) => c.participantId);
        expect(new Set(beingCalled).size).toBe(beingCalled.length);
        for (const { retryAt, status } of Object.values(after.calls))
          expect(retryAt === undefined || status === 'waiting').toBe(true);
        if (logged.event.type !== 'callPlaced' || logged.event.call.direction !== 'out') continue;
        expect(before.participants[logged.event.call.participantId]?.presence).not.toBe('present');
      }
    }),
  );
});

test('REG-9: every participant has at most one request under way, and its steps are in order of time', () => {
  fc.assert(
    fc.property(stories, (story) => {
      for (const { after } of steps(story)) {
        const pending = after.requests.filter(isPending).map((r) => r.participantId);
        expect(new Set(pending).size).toBe(pending.length);
        for (const r of after.requests) {
          const times = [r.requestedAt, r.forwardedAt, r.decidedAt, r.speakingAt, r.finishedAt].filter(
            (t) => t !== undefined,
          );
          expect(times).toEqual([...times].sort((a, b) => a - b));
        }
      }
    }),
  );
});

test('whoever is not in the room has a closed gate and sends nothing', () => {
  fc.assert(
    fc.property(stories, (story) => {
      for (const { after } of steps(story)) {
        for (const p of Object.values(after.participants)) {
          if (p.presence === 'left' || p.presence === 'removed') expect([p.gate, p.sources]).toEqual(['closed', []]);
        }
      }
    }),
  );
});

test('the same inputs give the same decision and leave the state alone', () => {
  fc.assert(
    fc.property(stories, (story) => {
      const played = steps(story);
      const { after } = last(played);
      const frozen = structuredClone(after);
      const command = { verb: 'closeAllMicrophones' as const };
      const actor = { participantId: 'op', role: 'operator' as const, kind: 'browser' as const };
      const inputs = { now: 1, id: 'x' };
      expect(decide(after, command, actor, inputs)).toEqual(decide(after, command, actor, inputs));
      expect(after).toEqual(frozen);
      expect(steps(story)).toEqual(played);
    }),
    { numRuns: 40 },
  );
});
