import { describe, expect, it } from 'vitest';
import { follow, type Mirror } from '../../../client/session/mirror.ts';
import type { NumberedEvent } from '../../../server/protocol/wire.ts';
import { emptyRoom } from '../../../server/room/state.ts';

const before: Mirror = { index: 4, room: emptyRoom('100200') };

function opened(index: number, title: string): NumberedEvent {
  return {
    index,
    logged: { seq: index, at: 1, by: 'system', event: { type: 'meetingOpened', roomId: '100200', title } },
  };
}

describe('follow', () => {
  it('folds the next event into the room', () => {
    const after = follow(before, opened(5, 'Giao ban'));
    expect(after).toMatchObject({ index: 5, room: { title: 'Giao ban' } });
  });

  it('reports a gap where an event is missing', () => {
    expect(follow(before, opened(6, 'Giao ban'))).toBe('gap');
  });

  it('leaves the room as it is at an event that is folded in already', () => {
    expect(follow(before, opened(4, 'Giao ban'))).toBe(before);
  });
});
