import type { Chapter, Comment, RecordedMessage } from '../../../server/protocol/recording.ts';
import { fold } from '../../ui/fold.ts';

/** A line of the list beside the picture: a chapter, what somebody noted at a time, or wrote in the meeting. */
export type ContentsLine =
  | { at: number; to?: number | undefined; chapter: Chapter; text: string; key: string }
  | { at: number; to?: number | undefined; comment: Comment; text: string; key: string }
  | { at: number; to?: undefined; message: RecordedMessage; text: string; key: string };

/** In the order of time. @param say a chapter in words, in which it is also searched */
export function contentsOf(
  chapters: readonly Chapter[],
  comments: readonly Comment[],
  say: (chapter: Chapter) => string,
): ContentsLine[] {
  const lines: ContentsLine[] = [
    ...chapters.map((chapter, i) => ({
      at: chapter.at,
      to: chapter.to,
      chapter,
      text: say(chapter),
      key: `chapter ${i}`,
    })),
    ...comments.map((comment) => ({
      at: comment.at,
      to: comment.to,
      comment,
      text: comment.text,
      key: comment.commentId,
    })),
  ];
  return lines.sort((a, b) => a.at - b.at);
}

/** @param sayWho who wrote it, and to whom */
export function messageLines(
  chat: readonly RecordedMessage[],
  sayWho: (message: RecordedMessage) => string,
): ContentsLine[] {
  return chat.map((message, i) => ({
    ...{ at: message.at, message, key: `message ${i}` },
    text: `${sayWho(message)}: ${message.text}`,
  }));
}

/** Those in which every word occurs, however its accents are written. */
export function searchContents(lines: readonly ContentsLine[], search: string): ContentsLine[] {
  const wanted = fold(search).split(/\s+/).filter(Boolean);
  return lines.filter((line) => {
    const text = fold('comment' in line ? `${line.text} ${line.comment.author}` : line.text);
    return wanted.every((word) => text.includes(word));
  });
}

/** The last line that has begun; undefined before the first. */
export function currentLine(lines: readonly ContentsLine[], at: number): ContentsLine | undefined {
  return lines.findLast((line) => line.at <= at);
}

/** Back within this time means the line before: otherwise one would stay on the same for ever. */
const JUST_BEGUN_MS = 3_000;

/** Where the next line begins, or the one before. */
export function neighbour(lines: readonly ContentsLine[], at: number, step: 1 | -1): number | undefined {
  if (step === 1) return lines.find((line) => line.at > at + 1)?.at;
  return lines.findLast((line) => line.at < at - JUST_BEGUN_MS)?.at;
}
