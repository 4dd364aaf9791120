import { describe, expect, it } from 'vitest';
import {
  contentsOf,
  currentLine,
  messageLines,
  neighbour,
  searchContents,
} from '../../../../client/review/player/contents.ts';
import type { Chapter, Comment } from '../../../../server/protocol/recording.ts';

const chapters: Chapter[] = [
  { kind: 'floor', at: 10_000, to: 20_000, participantId: 'a', name: 'Huyện Chợ Mới' },
  { kind: 'gap', at: 40_000, to: 50_000 },
];
const comments: Comment[] = [{ commentId: 'c1', at: 15_000, text: 'Số liệu tiêm chủng', author: 'Lan', writtenAt: 1 }];
const lines = contentsOf(chapters, comments, (chapter) =>
  'name' in chapter ? `${chapter.name} phát biểu` : 'Gián đoạn',
);

describe('the list of contents', () => {
  it('is in the order of time, comments among chapters', () => {
    expect(lines.map(({ at }) => at)).toEqual([10_000, 15_000, 40_000]);
  });

  it.each([
    ['cho moi', [10_000]],
    ['TIEM chung', [15_000]],
    ['lan', [15_000]],
    ['phat cho', [10_000]],
    ['', [10_000, 15_000, 40_000]],
    ['không có', []],
  ])('finds %s without its accents', (search, found) => {
    expect(searchContents(lines, search).map(({ at }) => at)).toEqual(found);
  });

  it('finds what was written in the meeting, by who wrote it as well', () => {
    const written = [{ at: 12_000, name: 'Đắk Nông', to: 'everyone' as const, text: 'Xin chào' }];
    const messages = messageLines(written, ({ name }) => name);
    expect(messages.map(({ at, text }) => [at, text])).toEqual([[12_000, 'Đắk Nông: Xin chào']]);
    expect(searchContents([...lines, ...messages], 'dak chao').map(({ at }) => at)).toEqual([12_000]);
  });

  it('follows the time', () => {
    expect(currentLine(lines, 9_000)).toBeUndefined();
    expect(currentLine(lines, 16_000)?.text).toBe('Số liệu tiêm chủng');
  });

  it('leads to the next, and back past what has just begun', () => {
    expect(neighbour(lines, 10_000, 1)).toBe(15_000);
    expect(neighbour(lines, 16_000, -1)).toBe(10_000);
    expect(neighbour(lines, 19_000, -1)).toBe(15_000);
    expect(neighbour(lines, 41_000, 1)).toBeUndefined();
  });
});
