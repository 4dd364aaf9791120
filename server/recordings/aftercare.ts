import type { KeyObject } from 'node:crypto';
import type { Logger } from 'pino';
import type { Chapter, Timeline } from '../protocol/recording.ts';
import type { RecordingSeen, StoredRecording } from '../protocol/stored-recording.ts';
import { chaptersOf, sitesOf } from './chapters.ts';
import { foldText } from './fold.ts';
import { isEncrypted, type RecordingFolders } from './folder.ts';
import { INSPECTION } from './inspecting.ts';
import { MANIFEST, signRecording } from './manifest.ts';
import { messagesOf } from './messages.ts';
import type { LogPort, RecordingsPort, ReviewsPort, SearchedText } from './ports.ts';
import type { Relocation } from './relocation.ts';
import { isOverdue } from './retention.ts';
import type { RecordingStorage } from './storage.ts';

interface AftercareParts {
  recordings: RecordingsPort;
  reviews: ReviewsPort;
  log: LogPort;
  folders: RecordingFolders;
  storage: RecordingStorage;
  /** Where there is a store besides the disk. */
  relocation?: Relocation;
  signingKey: KeyObject;
  retentionDays: number;
  logger: Logger;
  now: () => number;
}

/** A recording plays the moment it stops; what comes after can wait. */
const EVERY_MS = 5_000;
const RETRY_MS = 60_000;

/**
 * What is done for recordings when nobody waits: after the stop their length, what a search finds, and the signature;
 * when their time has come, their deletion. One at a time. Owns its timer.
 */
export class Aftercare {
  readonly #parts: AftercareParts;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #closed = false;
  /** Until when what failed is left alone. */
  readonly #failures = new Map<string, number>();
  /** Of those that are one file: seen to be signed. */
  readonly #signed = new Set<string>();

  constructor(parts: AftercareParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#round = this.round().finally(() => {
      if (!this.#closed) this.#timer = setTimeout(() => this.start(), EVERY_MS).unref();
    });
  }

  /** What is due now. Never rejects. */
  async round(): Promise<void> {
    const { recordings, retentionDays, now } = this.#parts;
    await this.#each('care', recordings.uncared(), (recording) => this.#care(recording));
    const known = recordings.list();
    const which = (isDue: (one: StoredRecording) => boolean) => known.then((all) => all.filter(isDue));
    await this.#each('inspection', which(mayBeInspected), (recording) => this.#noteInspection(recording));
    const unsigned = which((one) => this.#mayBeUnsigned(one));
    await this.#each('signature', unsigned, (recording) => this.#signFile(recording));
    await this.#each('encryption', which(isUnlooked), (recording) => this.#noteEncryption(recording));
    // Listed anew: meanwhile somebody may have decided that one is kept longer.
    const overdue = recordings.list().then((all) => all.filter((one) => isOverdue(one, retentionDays, now())));
    await this.#each('expiry', overdue, (recording) => this.#expire(recording));
    await this.#each('deletion', recordings.unwiped(), (removed) => this.wipe(removed));
  }

  /**
   * Removes the files of a recording that is in no list any more, wherever they are. Rejects when it cannot; a later
   * round tries again.
   */
  async wipe({ recordingId, copied }: { recordingId: string; copied: boolean }): Promise<void> {
    const { storage, folders, recordings, relocation } = this.#parts;
    await relocation?.leave(recordingId);
    await storage.delete(recordingId);
    folders.forget(recordingId);
    if (copied && !relocation) throw new Error('a copy lies in a store that is not set');
    await recordings.wiped(recordingId);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  async #each<T extends { recordingId: string }>(
    what: string,
    due: Promise<T[]>,
    care: (one: T) => Promise<void>,
  ): Promise<void> {
    try {
      for (const one of await due) {
        if (this.#closed) return;
        const key = `${what} ${one.recordingId}`;
        if (this.#parts.now() < (this.#failures.get(key) ?? 0)) continue;
        await care(one).catch((error) => {
          this.#failures.set(key, this.#parts.now() + RETRY_MS);
          this.#parts.logger.error({ err: error, key }, 'a recording was not cared for');
        });
      }
    } catch (error) {
      this.#parts.logger.error({ err: error, what }, 'recordings cannot be listed');
    }
  }

  async #care({ recordingId, roomId, file, durationMs, bytes }: StoredRecording): Promise<void> {
    const { recordings, reviews, log, folders, storage, signingKey, now } = this.#parts;
    const found = await folders.read(recordingId);
    const isFolder = file === undefined;
    if (isFolder && found.streams.length === 0) {
      // A disk that is not mounted is no reason to forget what was recorded.
      if (bytes > 0) throw new Error('nothing of it is on the disk');
      // It failed before its first picture: there is nothing to list.
      await recordings.remove(recordingId);
      return;
    }
    const events = await log.read(roomId);
    const sites = sitesOf(events).map((text) => searchable(recordingId, 'site', text));
    const chapters = isFolder ? chaptersOf(events, found, recordingId) : [];
    const chat = messagesOf(events, found).map(({ at, name, text }) =>
      searchable(recordingId, 'chat', `${name}: ${text}`, at),
    );
    await reviews.setTexts(
      recordingId,
      ['site', 'chapter', 'chat'],
      [...sites, ...tellings(recordingId, chapters), ...chat],
    );
    if (isFolder) await signRecording(storage, recordingId, { key: signingKey, now: now() });
    const size = found.streams.flatMap(({ placed }) => placed).reduce((sum, part) => sum + part.bytes, 0);
    const gaps = gapsOf(found.timeline);
    const known = isFolder ? { durationMs: found.timeline.durationMs, bytes: size } : { durationMs, bytes };
    await recordings.care(recordingId, { ...known, gaps, encrypted: isEncrypted(found) });
  }

  async #noteInspection({ recordingId }: StoredRecording): Promise<void> {
    const { recordings, storage } = this.#parts;
    if ((await storage.size(recordingId, INSPECTION)) !== undefined) await recordings.inspected(recordingId);
  }

  #mayBeUnsigned({ recordingId, status, file, away }: StoredRecording): boolean {
    return file !== undefined && status === 'saved' && !away && !this.#signed.has(recordingId);
  }

  /** What an earlier version wrote was not signed then. */
  async #signFile({ recordingId }: StoredRecording): Promise<void> {
    const { storage, signingKey, now } = this.#parts;
    const names = (await storage.list(recordingId)).map(({ name }) => name);
    if (names.length > 0 && !names.includes(MANIFEST)) {
      await signRecording(storage, recordingId, { key: signingKey, now: now() });
    }
    this.#signed.add(recordingId);
  }

  /** Of recordings that were cared for before lists said so. */
  async #noteEncryption({ recordingId }: StoredRecording): Promise<void> {
    const { recordings, folders } = this.#parts;
    await recordings.noteEncryption(recordingId, isEncrypted(await folders.read(recordingId)));
  }

  async #expire({ recordingId, title }: StoredRecording): Promise<void> {
    const { recordings, reviews, logger, now } = this.#parts;
    if (!(await recordings.remove(recordingId))) return;
    await reviews.record(recordingId, { at: now(), by: 'system', act: 'expired', detail: title.slice(0, 256) });
    logger.info({ recordingId }, 'a recording was deleted: its time had come');
  }
}

function mayBeInspected({ status, file, inspected, away }: StoredRecording): boolean {
  return status === 'saved' && file === undefined && !inspected && !away;
}

function isUnlooked({ status, encrypted, away }: StoredRecording): boolean {
  return status === 'saved' && encrypted === null && !away;
}

function gapsOf({ gaps }: Timeline): RecordingSeen['gaps'] {
  return { count: gaps.length, ms: gaps.reduce((sum, { durationMs }) => sum + durationMs, 0) };
}

/** Each text once, where it is told first: who speaks fifty times is found once. */
function tellings(recordingId: string, chapters: readonly Chapter[]): SearchedText[] {
  const first = new Map<string, SearchedText>();
  for (const chapter of chapters) {
    const text = textOf(chapter);
    if (text !== '' && !first.has(text)) first.set(text, searchable(recordingId, 'chapter', text, chapter.at));
  }
  return [...first.values()];
}

function searchable(recording_id: string, kind: SearchedText['kind'], text: string, at?: number): SearchedText {
  return { recording_id, kind, source: '', at_ms: at ?? null, text, folded: foldText(text) };
}

function textOf(chapter: Chapter): string {
  switch (chapter.kind) {
    case 'floor':
    case 'content':
    case 'incident':
      return chapter.name;
    case 'hold':
      return chapter.text;
    case 'layout':
      return chapter.names.join(', ');
    case 'ownPicture':
      return chapter.name ?? '';
    case 'gap':
    case 'warning':
      return '';
  }
}
