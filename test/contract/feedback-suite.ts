import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Feedback } from '../../server/protocol/feedback.ts';
import type { Twin } from './store-suite.ts';

/** What every store owes what people thought of a meeting. */
export function describeFeedback(name: string, open: () => Promise<Twin>): void {
  describe(`${name} store of feedback`, () => {
    let twin: Twin;
    beforeEach(async () => {
      twin = await open();
      for (const roomId of ['giao-ban', 'hop-dot-xuat']) await twin.store.log.reserve(roomId);
    });
    afterEach(() => twin.close());
    const opinion = (participantId: string, at: number, sound = 4): Feedback => ({
      ...{ participantId, role: 'site', name: 'Xã Đồng Hỷ', siteId: 'dong-hy', at, note: 'Thêm micro' },
      ratings: { sound, picture: 5, conduct: 3 },
    });

    test('REG-16 an opinion is read as it was given; the later one of the same replaces the earlier', async () => {
      const { feedback } = twin.store;
      await feedback.give('giao-ban', opinion('site-dong-hy', 2, 1));
      await feedback.give('giao-ban', opinion('guest-1', 1));
      await feedback.give('hop-dot-xuat', opinion('site-dong-hy', 4));
      await feedback.give('giao-ban', opinion('site-dong-hy', 3, 5));
      const next = await twin.reopen();
      expect(await next.feedback.ofRooms(['giao-ban'])).toEqual([
        { roomId: 'giao-ban', ...opinion('guest-1', 1) },
        { roomId: 'giao-ban', ...opinion('site-dong-hy', 3, 5) },
      ]);
      expect(await next.feedback.ofRooms(['giao-ban', 'hop-dot-xuat'])).toHaveLength(3);
      expect(await next.feedback.ofRooms([])).toEqual([]);
      await next.close();
    });
  });
}
