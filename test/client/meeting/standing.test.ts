import { describe, expect, it } from 'vitest';
import { floorOf } from '../../../client/meeting/standing.ts';
import type { FloorRequest, Participant, RoomState } from '../../../server/protocol/records.ts';
import { emptyRoom } from '../../../server/room/state.ts';

const site: Participant = {
  id: 'site',
  role: 'site',
  kind: 'browser',
  name: 'Pác Nặm',
  presence: 'present',
  joinedAt: 0,
  presenceSince: 0,
  sources: [{ source: 'microphone' }],
  gate: 'closed',
  muted: false,
};
const request: FloorRequest = { id: 'r1', participantId: 'site', name: 'Pác Nặm', status: 'requested', requestedAt: 0 };

function roomWith(self: Partial<Participant>, requests: FloorRequest[] = []): RoomState {
  return { ...emptyRoom('100200'), participants: { site: { ...site, ...self } }, requests };
}
const standing = (room: RoomState, now = 0) => floorOf(room, 'site', now).standing;

describe('floorOf', () => {
  it('is closed until something happens', () => {
    expect(standing(roomWith({}))).toBe('closed');
  });
  it('follows a request to the chair', () => {
    expect(standing(roomWith({}, [request]))).toBe('requested');
    expect(standing(roomWith({}, [{ ...request, status: 'forwarded' }]))).toBe('forwarded');
  });
  it('forgets a refusal after a minute', () => {
    const declined = roomWith({}, [{ ...request, status: 'declined', decidedAt: 1000 }]);
    expect(standing(declined, 2000)).toBe('declined');
    expect(standing(declined, 62_000)).toBe('closed');
  });
  it('says who would be heard but is not', () => {
    expect(standing(roomWith({ gate: 'open' }))).toBe('live');
    expect(standing(roomWith({ gate: 'open', muted: true }))).toBe('muted');
    expect(standing(roomWith({ gate: 'open', sources: [] }))).toBe('noMicrophone');
  });
  it('takes no notice of what others ask', () => {
    expect(standing(roomWith({}, [{ ...request, participantId: 'other' }]))).toBe('closed');
  });
});
