import type { Logger } from 'pino';
import { Refused } from '../protocol/refusals.ts';
import type { Aftercare } from './aftercare.ts';
import type { Annotations, Doer } from './annotations.ts';
import type { Library } from './library.ts';
import type { RecordingsPort } from './ports.ts';

interface RemovalParts {
  library: Library;
  annotations: Annotations;
  aftercare: Aftercare;
  recordings: RecordingsPort;
  logger: Logger;
}

/** A recording deleted by a person. */
export class Removal {
  readonly #parts: RemovalParts;

  constructor(parts: RemovalParts) {
    this.#parts = parts;
  }

  /** Throws `Refused`: not while it runs, not while it is held. Files that cannot be removed now are later. */
  async remove(doer: Doer, recordingId: string): Promise<void> {
    const { library, annotations, aftercare, recordings, logger } = this.#parts;
    const { status, title, copiedAt } = await library.admit(doer.identity, recordingId, 'manage');
    if (status === 'running') throw new Refused('recordingRunning', recordingId);
    if (!(await recordings.remove(recordingId))) throw new Refused('recordingHeld', recordingId);
    await annotations.record(doer, recordingId, 'deleted', title);
    await aftercare
      .wipe({ recordingId, copied: copiedAt !== null })
      .catch((error) => logger.error({ err: error, recordingId }, 'files were not removed'));
  }
}
