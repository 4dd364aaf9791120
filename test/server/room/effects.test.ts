import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RoomState } from '../../../server/protocol/records.ts';
import { effectsOf } from '../../../server/room/effects.ts';
import { isSound, mayHear } from '../../../server/room/hearing.ts';
import { steps, stories } from './arbitrary.ts';

function audible(state: RoomState): string[] {
  const ids = Object.keys(state.participants);
  return ids
    .flatMap((from) =>
      (state.participants[from]?.sources ?? [])
        .filter((s) => isSound(s.source))
        .flatMap((s) =>
          ids
            .filter((to) => mayHear(state, to, { participantId: from, ...s }))
            .map((to) => `${from}/${s.source}>${to}`),
        ),
    )
    .sort();
}

test('performing the effects in order keeps exactly what may be heard connected', () => {
  fc.assert(
    fc.property(stories, (story) => {
      const connected = new Set<string>();
      for (const { before, logged, after } of steps(story)) {
        // After a restart the media part starts empty.
        if (logged.event.type === 'serverRestarted') connected.clear();
        for (const e of effectsOf(before, after, logged)) {
          if (e.effect === 'forward') connected.add(`${e.from.participantId}/${e.from.source}>${e.to}`);
          if (e.effect === 'stopForwarding') connected.delete(`${e.from.participantId}/${e.from.source}>${e.to}`);
        }
        expect([...connected].sort()).toEqual(audible(after));
      }
    }),
    { numRuns: 200 },
  );
});
