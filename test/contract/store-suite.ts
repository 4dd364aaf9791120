import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AuditAct, AuditEntry } from '../../server/protocol/audit.ts';
import type { LoggedEvent, RoomEvent } from '../../server/protocol/events.ts';
import type { SavedLayout } from '../../server/protocol/http.ts';
import { AppendConflict, type Store } from '../../server/store/index.ts';

/** Opens an empty store; `close` also removes what it stood on. `reopen` is a second process on the same one. */
export interface Twin {
  store: Store;
  reopen(): Promise<Store>;
  close(): Promise<void>;
}

const opened: RoomEvent = { type: 'meetingOpened', roomId: 'giao-ban', title: 'Giao ban tuần 47' };
const ended: RoomEvent = { type: 'meetingEnded' };
const QUARTER = { x: 0, y: 0.5, w: 0.25, h: 0.25 };
const clone = (layout: unknown) => structuredClone(layout) as SavedLayout['layout'];
const note = (act: AuditAct, at: number): AuditEntry => ({ at, by: 'lan', act, about: '' });
const number = (event: RoomEvent, seq: number, at = 1_000 + seq): LoggedEvent => ({ seq, at, by: 'system', event });

/** What every store owes, whatever it is made of. */
export function describeStore(name: string, open: () => Promise<Twin>): void {
  describe(`${name} store`, () => {
    let twin: Twin;
    beforeEach(async () => {
      twin = await open();
    });
    afterEach(() => twin.close());
    const log = () => twin.store.log;
    const roomId = 'giao-ban';

    async function claimed(): Promise<number> {
      await log().reserve(roomId);
      return log().claim(roomId);
    }

    test('a log is read as it was written, also by the next process', async () => {
      const epoch = await claimed();
      const first = [number(opened, 1), number({ type: 'participantLost', participantId: 'ba-be' }, 2)];
      await log().append({ roomId, epoch, expectedSeq: 0, events: first });
      await log().append({ roomId, epoch, expectedSeq: 2, events: [number(ended, 3)] });
      const all = [...first, number(ended, 3)];
      expect(await log().read(roomId)).toEqual(all);
      const next = await twin.reopen();
      expect(await next.log.read(roomId)).toEqual(all);
      await next.close();
    });

    test('a room is reserved once', async () => {
      expect(await log().reserve(roomId)).toBe(true);
      // Reserved, but never opened: whoever died in between may try again.
      expect(await log().reserve(roomId)).toBe(true);
      const epoch = await log().claim(roomId);
      await log().append({ roomId, epoch, expectedSeq: 0, events: [number(opened, 1)] });
      expect(await log().reserve(roomId)).toBe(false);
    });

    test('an append is refused whole when the number is another', async () => {
      const epoch = await claimed();
      await log().append({ roomId, epoch, expectedSeq: 0, events: [number(opened, 1)] });
      for (const expectedSeq of [0, 2]) {
        const late = log().append({ roomId, epoch, expectedSeq, events: [number(ended, expectedSeq + 1)] });
        await expect(late).rejects.toMatchObject({ name: 'AppendConflict', reason: 'seq' });
      }
      expect(await log().read(roomId)).toHaveLength(1);
    });

    test('only the newest claim may append', async () => {
      const old = await claimed();
      const epoch = await log().claim(roomId);
      expect(epoch).toBeGreaterThan(old);
      const append = (held: number) =>
        log().append({ roomId, epoch: held, expectedSeq: 0, events: [number(opened, 1)] });
      await expect(append(old)).rejects.toThrow(AppendConflict);
      await expect(append(old)).rejects.toMatchObject({ reason: 'epoch' });
      await append(epoch);
    });

    test('of two that append at once one wins, and nothing is mixed', async () => {
      const epoch = await claimed();
      const results = await Promise.allSettled(
        ['a', 'b'].map((by) =>
          log().append({ roomId, epoch, expectedSeq: 0, events: [{ ...number(opened, 1), by }, number(ended, 2)] }),
        ),
      );
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(await log().read(roomId)).toHaveLength(2);
    });

    test('an append that fails half way leaves nothing', async () => {
      const epoch = await claimed();
      const saved = { type: 'recordingSaved', recordingId: 'r1', file: 'r1.mp4', durationMs: 1, bytes: 1 } as const;
      const events = [number(opened, 1), number(saved, 2), number(saved, 2)];
      await expect(log().append({ roomId, epoch, expectedSeq: 0, events })).rejects.toThrow();
      expect(await log().read(roomId)).toEqual([]);
      expect(await log().rooms()).toEqual([]);
      expect(await twin.store.recordings.list()).toEqual([]);
    });

    test('rooms and recordings are listed as the log says', async () => {
      const epoch = await claimed();
      expect(await log().rooms()).toEqual([]);
      await log().append({ roomId, epoch, expectedSeq: 0, events: [number(opened, 1)] });
      const listed = { roomId, title: 'Giao ban tuần 47', status: 'open', openedAt: 1_001, seq: 1 };
      expect(await log().rooms()).toEqual([listed]);
      const saved = { type: 'recordingSaved', recordingId: 'r1', file: 'r1.mp4', durationMs: 400, bytes: 9 } as const;
      const events = [number(saved, 2, 2_000), number(ended, 3, 3_000)];
      await log().append({ roomId, epoch, expectedSeq: 1, events });
      expect(await log().rooms()).toMatchObject([{ status: 'ended', endedAt: 3_000, seq: 3 }]);
      const one = { recordingId: 'r1', roomId, title: 'Giao ban tuần 47', startedAt: 1_600, durationMs: 400, bytes: 9 };
      const seen = {
        gaps: { count: 0, ms: 0 },
        warnings: [],
        inspected: false,
        encrypted: null,
        copiedAt: null,
        away: false,
      };
      const pristine = { note: '', access: null, keepUntil: 'byRule', held: false, ...seen };
      expect(await twin.store.recordings.list()).toEqual([{ ...one, ...pristine, status: 'saved', file: 'r1.mp4' }]);
      expect(await twin.store.recordings.find('r2')).toBeUndefined();
    });

    test('a link is revoked once, and in its own room', async () => {
      await claimed();
      const { links } = twin.store;
      const site = { linkId: 'l1', roomId, role: 'site', name: 'Ba Bể', issuedAt: 1, expiresAt: 9 } as const;
      const guest = { ...site, linkId: 'l2', role: 'guest', issuedAt: 2 } as const;
      await links.add({ ...site, participantId: 'site-1' }, note('linkIssued', 1));
      await links.add(guest, note('linkIssued', 1));
      expect(await links.ofRoom(roomId)).toEqual([guest, { ...site, participantId: 'site-1' }]);
      expect(await links.revoke('another', 'l1', note('linkRevoked', 5))).toBe(false);
      expect(await links.revoke(roomId, 'l1', note('linkRevoked', 5))).toBe(true);
      expect(await links.revoke(roomId, 'l1', note('linkRevoked', 6))).toBe(false);
      expect(await links.find('l1')).toMatchObject({ revokedAt: 5 });
      expect(await links.find('l3')).toBeUndefined();
    });

    test('no two layouts of the house have one name, however it is written', async () => {
      const { layouts } = twin.store;
      const layout = { name: 'custom', slots: [{ show: 'chair', fit: 'contain' }], tiles: [QUARTER] } as const;
      const saved = (layoutId: string, name: string): SavedLayout => ({ layoutId, name, layout: clone(layout) });
      expect(await layouts.add(saved('l1', 'Khai mạc'), note('layoutSaved', 1))).toBe('saved');
      for (const name of ['KHAI  MẠC', 'khai mạc'.normalize('NFD')]) {
        expect(await layouts.add(saved('l2', name), note('layoutSaved', 2))).toBe('layoutNameTaken');
      }
      expect(await layouts.add(saved('l2', 'Khai mac'), note('layoutSaved', 2))).toBe('saved');
      expect(await layouts.change(saved('l2', 'khai mạc'), note('layoutSaved', 3))).toBe('layoutNameTaken');
      expect(await layouts.change(saved('l1', 'KHAI MẠC'), note('layoutSaved', 3))).toBe('saved');
      expect(await layouts.change(saved('l3', 'Bế mạc'), note('layoutSaved', 3))).toBe('layoutNotSaved');
      const next = await twin.reopen();
      expect(await next.layouts.list()).toEqual([saved('l2', 'Khai mac'), saved('l1', 'KHAI MẠC')]);
      await next.close();
      const remove = () => layouts.remove('l1', note('layoutRemoved', 4));
      expect([await remove(), await remove()]).toEqual([true, false]);
      expect(await layouts.add(saved('l4', 'khai mạc'), note('layoutSaved', 4))).toBe('saved');
    });

    test('it answers when it is asked whether it works', async () => {
      await expect(twin.store.probe()).resolves.toBeUndefined();
    });
  });
}
