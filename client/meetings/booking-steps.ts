import type { Booking, BookingStatus, BookingStep, Deadline } from '../../server/protocol/bookings.ts';

/** What may be done now, the most usual first; the server decides (`server/meetings/booking-rules.ts`). */
const STEPS: Record<BookingStatus, readonly BookingStep[]> = {
  requested: ['confirm', 'cancel'],
  confirmed: ['announce', 'rehearse', 'open', 'cancel'],
  announced: ['rehearse', 'open', 'announce', 'cancel'],
  rehearsing: ['open', 'announce', 'cancel'],
  open: ['close', 'announce'],
  closed: ['report'],
  reported: [],
  cancelled: [],
};

export function nextSteps({ status, emergency }: Pick<Booking, 'status' | 'emergency'>): readonly BookingStep[] {
  return status === 'requested' && emergency ? ['open', 'announce', ...STEPS.requested] : STEPS[status];
}

export function isUrgent(state: Deadline['state']): boolean {
  return state === 'soon' || state === 'missed' || state === 'late';
}
