import { expect, test } from 'vitest';
import { cancellationsOf, type Happened, hasHeard, withdrawalsOf } from '../../../server/meetings/booking-events.ts';
import type { Notice } from '../../../server/protocol/notices.ts';

const HAPPENED: Happened = {
  booking: { bookingId: 'b', version: 2, steps: [], booked: { title: 'Giao ban' } },
  ...{ event: 'cancelled', by: { username: 'lan', ip: '' }, at: 50 },
};
const notice = (more: Partial<Notice>): Notice => ({
  ...{ noticeId: 'n', bookingId: 'b', about: 'invitation', audience: 'technician', channel: 'email', version: 2 },
  ...{ to: { name: 'Đào', address: 'dao@babe.gov.vn' }, status: 'queued', by: 'lan', createdAt: 1, attempts: 0 },
  ...more,
});
const delivered = { status: 'delivered', deliveredAt: 9, attempts: 1 } as const;

test('REG-4 a cancellation waits for whoever was sent a mail or may be yet, once each', () => {
  const other = { name: 'Ất', address: 'at@narì.vn' };
  const earlier = [
    notice(delivered),
    notice({ about: 'change' }),
    notice({ to: other }),
    notice({ to: { name: 'Ai', address: 'ai@x.vn' }, status: 'failed', attempts: 1, failure: '550 no such user' }),
    notice({ channel: 'phone', status: 'recorded', deliveredAt: 9 }),
  ];
  const made = cancellationsOf(HAPPENED, earlier);
  expect(made.map(({ to, about, status, version }) => [to.name, about, status, version])).toEqual([
    ['Đào', 'cancellation', 'queued', 2],
    ['Ất', 'cancellation', 'queued', 2],
  ]);
  expect(new Set(made.map(({ noticeId }) => noticeId)).size).toBe(2);
});

test('REG-4 a site that is dropped is a cancellation for whoever was told of nothing else, once', () => {
  const changed: Happened = { ...HAPPENED, event: 'changed' };
  const of = (name: string, siteIds: string[], more: Partial<Notice> = delivered) =>
    notice({ ...more, to: { name, address: `${name}@x.vn`, siteIds } });
  const earlier = [
    of('dropped', ['na-ri']),
    of('both', ['na-ri', 'ba-be']),
    of('added later', ['na-ri']),
    of('added later', ['ba-be']),
    of('queued', ['na-ri'], {}),
    of('gone already', ['na-ri']),
    of('gone already', ['na-ri'], { ...delivered, about: 'cancellation' }),
    of('back and dropped', ['na-ri']),
    of('back and dropped', ['na-ri'], { ...delivered, about: 'cancellation' }),
    of('back and dropped', ['na-ri'], { ...delivered, about: 'change' }),
    notice({ ...delivered, audience: 'hostUnit' }),
  ];
  const made = withdrawalsOf(changed, { siteIds: ['ba-be'] }, earlier);
  expect(made.map(({ to }) => to.name)).toEqual(['dropped', 'queued', 'back and dropped']);
  expect(made[0]).toMatchObject({ about: 'cancellation', status: 'queued', version: 2, to: { siteIds: ['na-ri'] } });
  // Whom the meeting lost before hears nothing of its end.
  const told = cancellationsOf(HAPPENED, earlier).map(({ to }) => to.name);
  expect([told.includes('gone already'), told.includes('dropped')]).toEqual([false, true]);
});

test.each([
  ['was sent one', notice(delivered), true],
  ['may have been: the process ended in the middle of it', notice({ attempts: 1 }), true],
  ['may have been before it was given up', notice({ status: 'failed', attempts: 2, failure: 'superseded' }), true],
  ['was never tried', notice({}), false],
  ['was found cancelled at the first attempt', notice({ status: 'failed', attempts: 1, failure: 'superseded' }), false],
  ['is not there', notice({ status: 'failed', attempts: 1, failure: '550 no such user' }), false],
  ['is somebody else', notice({ ...delivered, to: { name: 'Ất', address: 'at@x.vn' } }), false],
])('of a meeting has heard who %s', (_who, earlier, heard) => {
  expect(hasHeard(notice({ about: 'cancellation' }), [earlier, notice({ about: 'cancellation', attempts: 1 })])).toBe(
    heard,
  );
});
