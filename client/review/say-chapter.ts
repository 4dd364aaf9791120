import type { Chapter } from '../../server/protocol/recording.ts';
import { words as consoleWords } from '../console/words.ts';
import { formatDuration } from '../ui/durations.ts';
import { playerWords } from './player/player-words.ts';

const LAYOUTS: Readonly<Record<string, string>> = consoleWords.layouts;

/** What is new in a log of later is told by its own name. */
export function sayLayout(layout: string): string {
  return LAYOUTS[layout] ?? layout;
}

/** A chapter in words. */
export function sayChapter(chapter: Chapter): string {
  const say = playerWords.chapter;
  switch (chapter.kind) {
    case 'floor':
      return say.floor({ name: chapter.name });
    case 'content':
      return say.content({ name: chapter.name });
    case 'incident':
      if (!chapter.failed) return say.incident({ name: chapter.name });
      return say.failed[chapter.failed]({ name: [chapter.name, ...(chapter.others ?? [])].join(', ') });
    case 'layout': {
      const layout = sayLayout(chapter.layout);
      if (chapter.names.length === 0) return say.layout({ layout });
      return say.layoutWith({ layout, names: chapter.names.join(', ') });
    }
    case 'ownPicture':
      if (chapter.name !== undefined) return say.ownPicture({ name: chapter.name });
      return chapter.audience === 'codecs' ? say.ownPictureOf.codecs : say.ownPictureOf.sites;
    case 'hold':
      return [say[chapter.hold], chapter.text].filter(Boolean).join(': ');
    case 'gap':
      if (chapter.to === undefined) return say.gap;
      return say.gapOf({ length: formatDuration(chapter.to - chapter.at) });
    case 'warning':
      return say.warning[chapter.warning];
  }
}
