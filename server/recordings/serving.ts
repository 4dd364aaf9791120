import { pipeline, type Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Inspection, inspectionSchema } from '../protocol/inspection.ts';
import { type StreamIndex, streamIndexSchema } from '../protocol/recording.ts';
import { Refused } from '../protocol/refusals.ts';
import type { RecordingIdentity } from '../protocol/stored-recording.ts';
import { cipherAt, KeyMissing, type RecordingKeys, unseal } from './cipher.ts';
import type { StreamOnDisk } from './folder.ts';
import { cutInspection, INSPECTION } from './inspecting.ts';
import { type Joined, joinParts } from './joining.ts';
import type { Library } from './library.ts';
import { type LiveList, LiveLists, urlOf } from './live-lists.ts';
import { playlistOf } from './playlist.ts';
import { type ByteRange, covers, rangeOf, type Stretch } from './ranges.ts';
import type { RecordingStorage } from './storage.ts';
import type { PartOnDisk } from './timeline.ts';

interface ServingParts {
  library: Library;
  storage: RecordingStorage;
  keys: RecordingKeys;
}

/** Bytes to be sent as HTTP says it: the whole, or a range of it. */
export interface Served {
  type: string;
  size: number;
  /** Absent: the whole. */
  range?: ByteRange;
  /** Called once, by whoever sends it; null where the range is not satisfiable. */
  open: (() => Readable) | null;
}

/** What of the program is taken away; neither: all of it. */
export interface Wanted {
  part?: number;
  stretch?: Stretch;
}

/** The next segment or fragment that a player waits for (RFC 8216bis 6.2.5.2). */
export interface Awaited {
  segment: number;
  fragment?: number;
}

const POLL_MS = 100;
/** Whoever waits is asked again so often whether he still may. */
const ADMITTED_POLLS = 20;
/** Three target durations; then the list is given as it is. */
const PATIENCE_MS = 18_000;

/** What is played and taken away. Everything is asked of the policy first. */
export class Serving {
  readonly #parts: ServingParts;
  readonly #live = new LiveLists();

  constructor(parts: ServingParts) {
    this.#parts = parts;
  }

  /** `live`: it still grows. */
  async playlist(identity: RecordingIdentity, recordingId: string, stream: string, awaited?: Awaited) {
    const giveUpAt = performance.now() + PATIENCE_MS;
    for (let polls = 0; ; polls += 1) {
      if (polls % ADMITTED_POLLS === 0) {
        const { status } = await this.#parts.library.admit(identity, recordingId, 'see');
        if (status !== 'running' || identity.as === 'share') {
          const { parts } = await this.#hlsStream(identity, recordingId, stream);
          return { live: false, text: playlistOf(parts, { live: false, urlOf }) };
        }
      }
      const look = () => this.#hlsStream(identity, recordingId, stream);
      const list = await this.#live.read(`${recordingId}/${stream}`, look);
      if (!awaited || isThere(list.progress, awaited) || performance.now() > giveUpAt) {
        return { live: true, text: list.text() };
      }
      await sleep(POLL_MS, undefined, { ref: false });
    }
  }

  async streamIndex(identity: RecordingIdentity, recordingId: string, stream: string): Promise<StreamIndex> {
    await this.#parts.library.admit(identity, recordingId, 'see');
    const { parts, placed } = await this.#stream(identity, recordingId, stream);
    const header = parts[0]?.header;
    const indexes = parts.map(({ header: { init }, fragments }, i) => ({ ...placed[i], init, fragments }));
    return streamIndexSchema.parse({ stream, container: header?.container, codecs: header?.codecs, parts: indexes });
  }

  /** Of a share nothing is served that is not of its stretch, and so nothing without a range. */
  async file(
    identity: RecordingIdentity,
    recordingId: string,
    file: string,
    rangeHeader: string | undefined,
  ): Promise<Served> {
    await this.#parts.library.admit(identity, recordingId, 'see');
    const { streams } = await this.#parts.library.onDisk(identity, recordingId);
    const part = streams.flatMap(({ parts }) => parts).find((one) => one.file === file);
    if (!part) throw new Refused('recordingUnknown', file);
    const size = endOf(part);
    const range = rangeOf(rangeHeader, size);
    const type = `${part.header.kind === 'track' && !part.header.width ? 'audio' : 'video'}/${part.header.container}`;
    if (range === 'none') return { type, size, open: null };
    const bytes = range === 'whole' ? { first: 0, last: size - 1 } : range;
    if (identity.as === 'share' && !covers(part, bytes)) throw new Refused('notPermitted', 'range');
    const open = () => this.#read(recordingId, part, bytes);
    return { type, size, ...(range === 'whole' ? {} : { range }), open };
  }

  /**
   * The program as one MP4: of one part, of a stretch (from the key frame before it on), or of all. Throws `Refused` where
   * the parts cannot be joined.
   */
  async download(
    identity: RecordingIdentity,
    recordingId: string,
    { part: number, stretch }: Wanted = {},
  ): Promise<Joined> {
    const { library, storage } = this.#parts;
    const { file, bytes } = await library.admit(identity, recordingId, 'download');
    if (file !== undefined) {
      if (stretch || identity.as === 'share') throw new Refused('recordingUnknown', recordingId);
      return { bytes, open: () => storage.read(recordingId, file) };
    }
    const { parts } = await this.#stream(identity, recordingId, 'program', stretch);
    const wanted = number === undefined ? parts : parts.filter(({ header }) => header.part === number);
    if (wanted.length === 0) throw new Refused('recordingUnknown', String(number ?? stretch?.from));
    const read = (part: PartOnDisk, range: ByteRange) => collect(this.#read(recordingId, part, range));
    const joined = await joinParts(wanted, read);
    if (!joined) throw new Refused('recordingInParts', String(parts.length));
    return joined;
  }

  /** The one file of an earlier version. */
  async earlierFile(
    identity: RecordingIdentity,
    recordingId: string,
    rangeHeader: string | undefined,
  ): Promise<Served> {
    const { library, storage } = this.#parts;
    const { file } = await library.admit(identity, recordingId, 'see');
    const size = file === undefined || identity.as === 'share' ? undefined : await storage.size(recordingId, file);
    if (file === undefined || size === undefined) throw new Refused('recordingUnknown', recordingId);
    const range = rangeOf(rangeHeader, size);
    if (range === 'none') return { type: 'video/mp4', size, open: null };
    const bytes = range === 'whole' ? { first: 0, last: size - 1 } : range;
    const open = () => storage.read(recordingId, file, bytes);
    return { type: 'video/mp4', size, ...(range === 'whole' ? {} : { range }), open };
  }

  /** What was found out after the stop; of a share, its stretch. */
  async inspection(identity: RecordingIdentity, recordingId: string): Promise<Inspection> {
    const { library } = this.#parts;
    await library.admit(identity, recordingId, 'see');
    const whole = inspectionSchema.parse(JSON.parse(String(await this.#sealed(recordingId, INSPECTION))));
    const stretch = await library.mediaStretch(identity, recordingId);
    return stretch ? cutInspection(whole, stretch) : whole;
  }

  /** A sheet of the strip, JPEG; none for a share, because it shows more than a stretch. */
  async stripSheet(identity: RecordingIdentity, recordingId: string, file: string): Promise<Buffer> {
    await this.#parts.library.admit(identity, recordingId, 'see');
    if (identity.as === 'share') throw new Refused('recordingUnknown', file);
    return this.#sealed(recordingId, file);
  }

  async #sealed(recordingId: string, name: string): Promise<Buffer> {
    const { storage, keys } = this.#parts;
    if ((await storage.size(recordingId, name)) === undefined) throw new Refused('recordingUnknown', name);
    const stored = await collect(storage.read(recordingId, name));
    return withKey(() => unseal(stored, keys));
  }

  /** Of a stream that HLS can tell of. */
  async #hlsStream(identity: RecordingIdentity, recordingId: string, stream: string): Promise<StreamOnDisk> {
    const found = await this.#stream(identity, recordingId, stream);
    if (found.parts[0]?.header.container !== 'mp4') throw new Refused('recordingUnknown', stream);
    return found;
  }

  async #stream(
    identity: RecordingIdentity,
    recordingId: string,
    stream: string,
    stretch?: Stretch,
  ): Promise<StreamOnDisk> {
    const { streams } = await this.#parts.library.onDisk(identity, recordingId, stretch);
    const found = streams.find((one) => one.stream === stream);
    if (!found) throw new Refused('recordingUnknown', stream);
    return found;
  }

  #read(recordingId: string, { file, header: { encrypted } }: PartOnDisk, range: ByteRange): Readable {
    const { storage, keys } = this.#parts;
    if (!encrypted) return storage.read(recordingId, file, range);
    const cipher = withKey(() => cipherAt(encrypted, keys, range.first));
    // Either end's failure ends the other; whoever reads is told by the stream itself.
    pipeline(storage.read(recordingId, file, range), cipher, () => undefined);
    return cipher;
  }
}

function withKey<T>(decrypt: () => T): T {
  try {
    return decrypt();
  } catch (error) {
    throw error instanceof KeyMissing ? new Refused('recordingKeyMissing') : error;
  }
}

function isThere({ segments, fragments }: LiveList['progress'], { segment, fragment }: Awaited): boolean {
  // Far ahead is an error of the player's (6.2.5.2).
  if (segment > segments + 1) throw new Refused('malformed', '_HLS_msn');
  return segments > segment || (segments === segment && fragment !== undefined && fragments > fragment);
}

function endOf({ fragments }: PartOnDisk): number {
  const last = fragments.at(-1);
  return last ? last.offset + last.bytes : 0;
}

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
