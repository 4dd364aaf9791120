import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide } from '../../../server/room/decide.ts';
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

test('REG-12: only an operator places a call', () => {
  fc.assert(
    fc.property(stories, (story) => {
      for (const { before, logged } of steps(story)) {
        if (logged.event.type === 'callPlaced') expect(before.participants[logged.by]?.role).toBe('operator');
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
