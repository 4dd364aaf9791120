import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Twin } from './store-suite.ts';

/** What every store owes the PINs of the rooms. */
export function describePins(name: string, open: () => Promise<Twin>): void {
  describe(`${name} store of PINs`, () => {
    let twin: Twin;
    beforeEach(async () => {
      twin = await open();
      for (const roomId of ['one', 'two', 'three']) await twin.store.log.reserve(roomId);
    });
    afterEach(() => twin.close());

    test('of rooms that want the same at once one gets it, and nobody of the next process', async () => {
      const { pins } = twin.store;
      const wanted = [pins.keep('one', '004711'), pins.keep('two', '004711')];
      const kept = (await Promise.all(wanted)).filter((pin) => pin !== undefined);
      expect(kept).toEqual(['004711']);
      const next = await twin.reopen();
      expect(await next.pins.keep('three', '004711')).toBeUndefined();
      await next.close();
    });

    test('a room keeps what it has', async () => {
      expect(await twin.store.pins.keep('one', '004711')).toBe('004711');
      expect(await twin.store.pins.keep('one', '123456')).toBe('004711');
      expect(await twin.store.pins.keep('two', '123456')).toBe('123456');
    });

    test('that of a meeting which is over is free', async () => {
      const { log, pins } = twin.store;
      await pins.keep('one', '004711');
      const epoch = await log.claim('one');
      const events = [{ seq: 1, at: 1, by: 'system', event: { type: 'meetingEnded' } as const }];
      await log.append({ roomId: 'one', epoch, expectedSeq: 0, events });
      expect(await pins.keep('two', '004711')).toBe('004711');
    });
  });
}
