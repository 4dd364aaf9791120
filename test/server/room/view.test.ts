import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loggedEventSchema } from '../../../server/protocol/events.ts';
import { type ChatMessage, roomStateSchema } from '../../../server/protocol/records.ts';
import { evolve } from '../../../server/room/evolve.ts';
import { viewEvent, viewState } from '../../../server/room/view.ts';
import { CAST, steps, stories } from './arbitrary.ts';

test('folding what a participant may see gives what that participant may see', () => {
  fc.assert(
    fc.property(stories, (story) => {
      for (const { before, logged, after } of steps(story)) {
        for (const { id } of CAST) {
          if (!before.participants[id] || !after.participants[id]) continue;
          const seen = viewEvent(logged, before, after, id);
          const folded = seen === null ? viewState(before, id) : evolve(viewState(before, id), seen);
          expect({ ...folded, seq: 0 }).toEqual({ ...viewState(after, id), seq: 0 });
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('who sees the same of an event gets the same object, so that it is written once', () => {
  fc.assert(
    fc.property(stories, (story) => {
      for (const { before, logged, after } of steps(story)) {
        const { event } = logged;
        const joins = event.type === 'participantJoined' ? event.participant.id : undefined;
        const others = ['chair', 'ba-be', 'na-ri', 'guest'].filter((id) => id !== joins);
        const seen = others.flatMap((id) => viewEvent(logged, before, after, id) ?? []);
        expect(new Set(seen).size).toBe(new Set(seen.map((one) => JSON.stringify(one))).size);
      }
    }),
    { numRuns: 30 },
  );
});

test('everything the rules produce is a valid message of the wire contract', () => {
  fc.assert(
    fc.property(stories, (story) => {
      for (const { logged, after } of steps(story)) {
        expect(loggedEventSchema.parse(logged)).toEqual(logged);
        expect(roomStateSchema.parse(after)).toEqual(after);
      }
    }),
    { numRuns: 40 },
  );
});

test('a site learns no address, no call, no PIN, no preview, nor of anyone else his codec, picture, requests or messages', () => {
  fc.assert(
    fc.property(stories, (story) => {
      for (const { after } of steps(story)) {
        if (!after.participants['ba-be']) continue;
        const seen = viewState(after, 'ba-be');
        expect(Object.values(seen.participants).every((p) => p.role !== 'service' && p.address === undefined)).toBe(
          true,
        );
        expect([seen.calls, seen.attempts, seen.preview.version, seen.sites, seen.pin]).toEqual([
          {},
          [],
          0,
          {},
          undefined,
        ]);
        const others = Object.values(seen.participants).filter((p) => p.id !== 'ba-be');
        expect(others.every((p) => !p.endpoint && !p.camera && !p.framings && !p.siteId)).toBe(true);
        expect(Object.keys(seen.own).every((audience) => audience === 'ba-be')).toBe(true);
        const heard = Object.values(seen.participants);
        expect(
          heard.every((p) => p.gainDb === after.participants[p.id]?.gainDb),
          'who hears must know how loud',
        ).toBe(true);
        expect(seen.requests.every((r) => r.participantId === 'ba-be')).toBe(true);
        const isOurs = ({ from, to }: ChatMessage) => to === 'everyone' || to === 'ba-be' || from === 'ba-be';
        expect(seen.chat.messages.every(isOurs)).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});
