import { setImmediate as turn } from 'node:timers/promises';
import type { Chapter, RecordingDetail, RecordingSummary, Viewer } from '../protocol/recording.ts';
import { Refused } from '../protocol/refusals.ts';
import type { RecordingIdentity, StoredRecording } from '../protocol/stored-recording.ts';
import { chaptersOf } from './chapters.ts';
import { cutRecording, mediaStretchOf } from './cutting.ts';
import { wordsOf } from './fold.ts';
import { describeStream, isEncrypted, type RecordingFolders, type RecordingOnDisk } from './folder.ts';
import { INSPECTION } from './inspecting.ts';
import { MANIFEST } from './manifest.ts';
import { messagesOf } from './messages.ts';
import { HOUSE_ACCESS, isWatermarked, may, viewerOf } from './policy.ts';
import type { LogPort, RecordingsPort, ReviewsPort } from './ports.ts';
import type { Stretch } from './ranges.ts';
import { keepUntil } from './retention.ts';
import { match, type Searched, searched } from './search.ts';

export interface LibraryParts {
  recordings: RecordingsPort;
  reviews: ReviewsPort;
  log: LogPort;
  folders: RecordingFolders;
  /** What lies in a store alone can be asked for. */
  hasStore: boolean;
  /** A meeting is under way. */
  isBusy: () => boolean;
  /** 0: for ever. */
  retentionDays: number;
}

/** More is no answer that anyone reads; whoever wants another searches better. */
const MOST_LISTED = 500;
/** For each word, of each recording. */
const MOST_TEXTS = 6;
/** So many are compared before whatever else waits has its turn. */
const AT_ONCE = 25;
/** A participant's link opens no more of its meeting's recordings. */
const MOST_OF_A_ROOM = 20;

/** What there is, and what is known of each: for whoever the policy lets see it. */
export class Library {
  readonly #parts: LibraryParts;

  constructor(parts: LibraryParts) {
    this.#parts = parts;
  }

  /**
   * All that he is told of: newest first; with a query those alone that it finds, best first. What is said in one
   * that he may not see finds nothing.
   */
  async list(identity: RecordingIdentity, query = ''): Promise<RecordingSummary[]> {
    const all = (await this.#parts.recordings.list()).filter((one) => may(identity, 'open', one));
    const words = wordsOf(query);
    if (words.length === 0) return all.slice(0, MOST_LISTED).map((one) => this.summarise(one));
    const matches = await this.#matches(identity, all, words);
    const best = matches.toSorted((a, b) => b.score - a.score || b.one.startedAt - a.one.startedAt);
    return best.slice(0, MOST_LISTED).map(({ one, found }) => ({ ...this.summarise(one), found }));
  }

  /** What this one may see of what he was given a link for. */
  async seenBy(identity: RecordingIdentity): Promise<RecordingSummary[]> {
    const all = await this.#parts.recordings.list();
    return all
      .filter((one) => may(identity, 'see', one))
      .slice(0, MOST_OF_A_ROOM)
      .map((one) => this.summarise(one));
  }

  /** Throws `Refused`: an operator is told that he may not, others not even that there is such a recording. */
  async admit(
    identity: RecordingIdentity,
    recordingId: string,
    act: Parameters<typeof may>[1],
  ): Promise<StoredRecording> {
    const stored = await this.#parts.recordings.find(recordingId);
    if (!stored || (identity.as !== 'operator' && !may(identity, 'see', stored))) {
      throw new Refused('recordingUnknown', recordingId);
    }
    if (!may(identity, act, stored)) {
      const isCopy = act === 'download' && isWatermarked(identity, stored);
      throw isCopy ? new Refused('recordingWatermarked') : new Refused('notPermitted', act);
    }
    if (stored.away && act !== 'open' && act !== 'manage') await this.#requireFiles(recordingId);
    return stored;
  }

  /** As this one may see it: a share's holder its stretch, of which more may be left out. */
  async onDisk(identity: RecordingIdentity, recordingId: string, stretch?: Stretch): Promise<RecordingOnDisk> {
    const whole = await this.#parts.folders.read(recordingId);
    const cuts = [...(identity.as === 'share' ? [identity.share] : []), ...(stretch ? [stretch] : [])];
    if (cuts.length === 0) return whole;
    const from = Math.max(...cuts.map((cut) => cut.from));
    return cutRecording(whole, { from, to: Math.min(...cuts.map((cut) => cut.to)) });
  }

  /** What this one sees of the program's media time; null: all of it. */
  async mediaStretch(identity: RecordingIdentity, recordingId: string): Promise<Stretch | null> {
    if (identity.as !== 'share') return null;
    return mediaStretchOf(await this.#parts.folders.read(recordingId), identity.share);
  }

  async detail(identity: RecordingIdentity, recordingId: string): Promise<RecordingDetail> {
    const stored = await this.admit(identity, recordingId, 'open');
    const viewer = viewerOf(identity, stored);
    if (!viewer.may.see) return this.#closed(stored, viewer);
    await this.admit(identity, recordingId, 'see');
    const { reviews, log, folders } = this.#parts;
    const whole = await folders.read(recordingId);
    const seen = await this.onDisk(identity, recordingId);
    const events = stored.file === undefined ? await log.read(stored.roomId) : [];
    const chapters = chaptersOf(events, whole, recordingId);
    const mayReadAll = may(identity, 'readPrivate', stored);
    const chat = messagesOf(events, whole).filter(({ to }) => mayReadAll || to === 'everyone');
    const has = (name: string) => whole.files.some((file) => file.name === name);
    const isShare = identity.as === 'share';
    return {
      recording: this.summarise(stored),
      viewer,
      timeline: seen.timeline,
      streams: seen.streams.flatMap(describeStream),
      chapters: viewer.range ? within(chapters, viewer.range) : chapters,
      chat: chat.filter(({ at }) => !viewer.range || (at >= viewer.range.from && at < viewer.range.to)),
      // What colleagues write to each other is not for who was given a stretch.
      comments: isShare ? [] : await reviews.comments(recordingId),
      note: isShare ? '' : stored.note,
      ...(viewer.may.manage ? { access: stored.access ?? HOUSE_ACCESS } : {}),
      encrypted: isEncrypted(whole),
      files: {
        inspected: has(INSPECTION),
        manifest: has(MANIFEST),
        waiting: !has(INSPECTION) && this.#parts.isBusy(),
      },
    };
  }

  /** For an operator who keeps it without seeing it: nothing of what was said in it. */
  #closed(stored: StoredRecording, viewer: Viewer): RecordingDetail {
    const { startedAt, note, access } = stored;
    return {
      ...{ recording: this.summarise(stored), viewer, note, access: access ?? HOUSE_ACCESS },
      timeline: { startedAt, durationMs: 0, parts: [], gaps: [] },
      ...{ streams: [], chapters: [], chat: [], comments: [], encrypted: false },
      files: { inspected: false, manifest: false, waiting: false },
    };
  }

  summarise(stored: StoredRecording): RecordingSummary {
    const { recordingId, roomId, title, status, startedAt, durationMs, bytes, held, file } = stored;
    const { gaps, warnings, inspected, encrypted } = stored;
    const until = keepUntil(stored, this.#parts.retentionDays);
    return {
      ...{ recordingId, roomId, title, status, form: file === undefined ? 'parts' : 'file' },
      ...{ startedAt, durationMs, bytes, held, gaps, warnings, inspected, encrypted: encrypted === true },
      ...(until === null ? {} : { keepUntil: until }),
    };
  }

  /** What lay in a store may have been brought back to the disk before the store went. */
  async #requireFiles(recordingId: string): Promise<void> {
    const { hasStore, folders } = this.#parts;
    if (!hasStore && (await folders.read(recordingId)).files.length === 0) throw new Refused('recordingStoreAway');
  }

  async #matches(identity: RecordingIdentity, all: readonly StoredRecording[], words: readonly string[]) {
    const texts = await this.#textsOf(words);
    const matches = [];
    for (const [i, one] of all.entries()) {
      const said = may(identity, 'see', one) ? (texts.get(one.recordingId) ?? []) : [];
      const found = match(words, [searched('title', one.title), ...said]);
      if (found) matches.push({ one, ...found });
      if (i % AT_ONCE === AT_ONCE - 1) await turn();
    }
    return matches;
  }

  async #textsOf(words: readonly string[]): Promise<Map<string, Searched[]>> {
    const texts = new Map<string, Searched[]>();
    for (const row of await this.#parts.reviews.findTexts(words, MOST_TEXTS)) {
      const { recording_id: id, kind, text, folded, at_ms: at } = row;
      texts.set(id, [...(texts.get(id) ?? []), { in: kind, text, folded, ...(at === null ? {} : { at }) }]);
    }
    return texts;
  }
}

function within(chapters: readonly Chapter[], { from, to }: Stretch): Chapter[] {
  return chapters.filter((chapter) => chapter.at < to && (chapter.to ?? Number.POSITIVE_INFINITY) > from);
}
