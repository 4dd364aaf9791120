import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RoomEvent } from '../../server/protocol/events.ts';
import type { Comment, Share } from '../../server/protocol/recording.ts';
import type { Twin } from './store-suite.ts';

const roomId = 'giao-ban';
const share: Share = {
  ...{ shareId: 's1', who: 'Sở Tài chính', from: 1_000, to: 2_000, issuedAt: 5, expiresAt: 99 },
  ...{ watermark: true, download: false },
};
const comment: Comment = { commentId: 'c1', at: 9_000, text: 'Đắk Nông', author: 'lan', writtenAt: 7 };

/** What every store owes of recordings. */
export function describeRecordings(name: string, open: () => Promise<Twin>): void {
  describe(`${name} store of recordings`, () => {
    let twin: Twin;
    let seq: number;
    beforeEach(async () => {
      seq = 0;
      twin = await open();
      await twin.store.log.reserve(roomId);
      await happen({ type: 'meetingOpened', roomId, title: 'Giao ban' });
    });
    afterEach(() => twin.close());

    async function happen(...events: RoomEvent[]): Promise<void> {
      const epoch = await twin.store.log.claim(roomId);
      const at = (i: number) => 10_000 + i * 1_000;
      const logged = events.map((event, i) => ({ seq: seq + i + 1, at: at(seq + i), by: 'system' as const, event }));
      await twin.store.log.append({ roomId, epoch, expectedSeq: seq, events: logged });
      seq += events.length;
    }
    const list = () => twin.store.recordings.list();

    test('a recording is listed from its first picture on, and keeps its beginning through every part', async () => {
      await happen({ type: 'recordingRequested', recordingId: 'r1', tracks: 'none', content: false });
      expect(await list()).toEqual([]);
      await happen({ type: 'recordingStarted', recordingId: 'r1' });
      const seen = { gaps: { count: 0, ms: 0 }, warnings: [], inspected: false, encrypted: null };
      const kept = { copiedAt: null, away: false };
      const pristine = { note: '', access: null, keepUntil: 'byRule', held: false, ...seen, ...kept };
      const one = { recordingId: 'r1', roomId, title: 'Giao ban', startedAt: 12_000, ...pristine };
      expect(await list()).toEqual([{ ...one, status: 'running', durationMs: 0, bytes: 0 }]);
      await happen({ type: 'recordingPartSaved', recordingId: 'r1', durationMs: 2_000, bytes: 9 });
      expect(await list()).toEqual([{ ...one, status: 'running', durationMs: 2_000, bytes: 9 }]);
      expect(await twin.store.recordings.uncared()).toEqual([]);
      await happen({ type: 'recordingSaved', recordingId: 'r1', durationMs: 4_000, bytes: 20 });
      const saved = { ...one, status: 'saved', durationMs: 4_000, bytes: 20 };
      expect([await list(), await twin.store.recordings.uncared()]).toEqual([[saved], [saved]]);
      const cared = { durationMs: 3_900, bytes: 19, gaps: { count: 1, ms: 700 }, encrypted: true };
      await twin.store.recordings.care('r1', cared);
      expect(await twin.store.recordings.uncared()).toEqual([]);
      expect(await twin.store.recordings.find('r1')).toEqual({ ...saved, ...cared });
    });

    test('what was wrong with it is kept, and what was made of it is seen anew after every part', async () => {
      await happen({ type: 'recordingStarted', recordingId: 'r1' });
      for (const warnings of [['silent', 'black'], [], ['late', 'silent']] as const)
        await happen({ type: 'recordingWarned', recordingId: 'r1', warnings: [...warnings] });
      await happen({ type: 'recordingSaved', recordingId: 'r1', durationMs: 1, bytes: 1 });
      const { recordings } = twin.store;
      await recordings.care('r1', { durationMs: 1, bytes: 1, gaps: { count: 2, ms: 9 }, encrypted: false });
      await recordings.inspected('r1');
      await recordings.noteEncryption('r1', true);
      await recordings.copied('r1', 55);
      const [one] = await list();
      expect(one).toMatchObject({ warnings: ['silent', 'black', 'late'], inspected: true, encrypted: true });
      expect(one).toMatchObject({ copiedAt: 55, away: false });
      await happen({ type: 'recordingPartSaved', recordingId: 'r1', durationMs: 2, bytes: 2 });
      await happen({ type: 'recordingSaved', recordingId: 'r1', durationMs: 3, bytes: 3 });
      const again = { gaps: { count: 0, ms: 0 }, inspected: false, encrypted: null, copiedAt: null };
      expect(await recordings.uncared()).toMatchObject([{ ...again, warnings: ['silent', 'black', 'late'] }]);
      await recordings.copied('r1', 66);
      await recordings.away('r1');
      expect([await recordings.uncared(), await recordings.find('r1')]).toMatchObject([
        [],
        { copiedAt: 66, away: true },
      ]);
      await recordings.remove('r1');
      expect(await recordings.unwiped()).toEqual([{ recordingId: 'r1', copied: true }]);
    });

    test('one that failed is looked at; one of an earlier version is a file', async () => {
      await happen({ type: 'recordingStarted', recordingId: 'r1' });
      await happen({ type: 'recordingFailed', recordingId: 'r1', reason: 'engineExited' });
      await happen({ type: 'recordingSaved', recordingId: 'r2', file: 'r2-2.mp4', durationMs: 1, bytes: 1 });
      const found = (await twin.store.recordings.uncared()).map(({ recordingId, file }) => [recordingId, file]);
      expect(found.sort()).toEqual([
        ['r1', undefined],
        ['r2-2', 'r2-2.mp4'],
      ]);
    });

    test('what is decided is kept, and what is not named stays', async () => {
      await happen({ type: 'recordingSaved', recordingId: 'r1', durationMs: 1, bytes: 1 });
      const { recordings } = twin.store;
      const access = { audience: 'named' as const, people: [{ username: 'lan' }], watermark: true, download: false };
      await recordings.change('r1', { note: 'Lưu', access, held: true });
      await recordings.change('r1', { keepUntil: null });
      await recordings.change('r1', {});
      const next = await twin.reopen();
      expect(await next.recordings.find('r1')).toMatchObject({ note: 'Lưu', access, held: true, keepUntil: null });
      await next.close();
      await recordings.change('r1', { keepUntil: 77 });
      expect(await recordings.find('r1')).toMatchObject({ keepUntil: 77 });
      await recordings.change('r1', { keepUntil: 'byRule', access: null });
      expect(await recordings.find('r1')).toMatchObject({ keepUntil: 'byRule', access: null });
    });

    test('what is held is not removed; what is removed is gone, but for what was done with it', async () => {
      await happen({ type: 'recordingSaved', recordingId: 'r1', durationMs: 1, bytes: 1 });
      const { recordings, reviews } = twin.store;
      await reviews.addComment('r1', comment, 'dak nong');
      await reviews.addShare('r1', share, 'hash');
      await reviews.record('r1', { at: 1, by: 'lan', act: 'viewed', detail: 'program', ip: '10.0.0.1' });
      await recordings.change('r1', { held: true });
      expect(await recordings.remove('r1')).toBe(false);
      await recordings.change('r1', { held: false });
      expect(await recordings.remove('r1')).toBe(true);
      expect([await list(), await recordings.find('r1')]).toEqual([[], undefined]);
      expect([await reviews.comments('r1'), await reviews.findShare('hash')]).toEqual([[], undefined]);
      expect(await reviews.findTexts(['dak'], 9)).toEqual([]);
      expect(await reviews.acts('r1', 9)).toEqual([
        { at: 1, by: 'lan', act: 'viewed', detail: 'program', ip: '10.0.0.1' },
      ]);
      expect(await recordings.unwiped()).toEqual([{ recordingId: 'r1', copied: false }]);
      await recordings.wiped('r1');
      expect(await recordings.unwiped()).toEqual([]);
    });

    test('comments lie by their place, and are found and removed with their text', async () => {
      await happen({ type: 'recordingSaved', recordingId: 'r1', durationMs: 1, bytes: 1 });
      const { reviews } = twin.store;
      const clip = { ...comment, commentId: 'c2', at: 1_000, to: 3_000 };
      await reviews.addComment('r1', comment, 'dak nong');
      await reviews.addComment('r1', clip, 'mo dau');
      expect(await reviews.comments('r1')).toEqual([clip, comment]);
      expect(await reviews.findTexts(['nong', 'x'], 9)).toMatchObject([
        { recording_id: 'r1', source: 'c1', at_ms: 9_000 },
      ]);
      expect([await reviews.removeComment('r1', 'c1'), await reviews.removeComment('r1', 'c1')]).toEqual([true, false]);
      expect(await reviews.findTexts(['nong'], 9)).toEqual([]);
      const text = { recording_id: 'r1', source: '', at_ms: null, text: 'Ba Bể', folded: 'ba be' };
      await reviews.setTexts('r1', ['site', 'chapter'], [{ ...text, kind: 'site' }]);
      await reviews.setTexts('r1', ['site', 'chapter'], [{ ...text, kind: 'chapter' }]);
      expect(await reviews.findTexts(['be'], 9)).toEqual([{ ...text, kind: 'chapter' }]);
      // Of each recording, and for each word: what is common hides nothing.
      await happen({ type: 'recordingSaved', recordingId: 'r2', durationMs: 1, bytes: 1 });
      const many = ['be', 'be lon', 'be rong'].map((folded) => ({ ...text, recording_id: 'r2', folded }));
      await reviews.setTexts(
        'r2',
        ['site'],
        many.map((one) => ({ ...one, kind: 'site' as const })),
      );
      const found = await reviews.findTexts(['dau', 'be'], 1);
      expect(found.map(({ recording_id, folded }) => `${recording_id} ${folded}`).sort()).toEqual([
        ...['r1 ba be', 'r1 mo dau', 'r2 be'],
      ]);
    });

    test('a share is found by its hash, and revoked once, of its own recording', async () => {
      await happen({ type: 'recordingSaved', recordingId: 'r1', durationMs: 1, bytes: 1 });
      const { reviews } = twin.store;
      await reviews.addShare('r1', share, 'hash');
      await expect(reviews.addShare('r1', { ...share, shareId: 's2' }, 'hash')).rejects.toThrow();
      expect(await reviews.findShare('hash')).toEqual({ ...share, recordingId: 'r1' });
      expect(await reviews.revokeShare('r2', 's1', 8)).toBe(false);
      expect(await reviews.revokeShare('r1', 's1', 8)).toBe(true);
      expect(await reviews.revokeShare('r1', 's1', 9)).toBe(false);
      expect(await reviews.shares('r1')).toEqual([{ ...share, revokedAt: 8 }]);
    });
  });
}
