import { expect, test } from 'vitest';
import { isUrgent, nextSteps } from '../../../client/meetings/booking-steps.ts';
import { stepsFrom } from '../../../server/meetings/booking-rules.ts';
import { bookingStatusSchema } from '../../../server/protocol/bookings.ts';

test('offers every step that the rules let, and no other', () => {
  for (const status of bookingStatusSchema.options) {
    for (const held of [{ status }, { status, emergency: { reason: 'Bão' } }]) {
      expect([...nextSteps(held)].sort()).toEqual(stepsFrom(held).sort());
    }
  }
});

test('what is nearly missed and what was missed stands out', () => {
  const urgent = (['met', 'toMeet', 'soon', 'missed', 'late', 'waived'] as const).filter(isUrgent);
  expect(urgent).toEqual(['soon', 'missed', 'late']);
});
