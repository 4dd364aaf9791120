import type { RecordingId } from './protocol/ids.ts';
import type { RoomState } from './protocol/records.ts';

/** So long may a recording take to be saved, and an ended meeting to come to rest. */
const SETTLE_MS = 60_000;

/** What the room does when it has waited long enough. */
interface Patience {
  giveUpRecording(recordingId: RecordingId): void;
  giveUpMeeting(): void;
}

/** Waits for what the gateway has to finish, but not for ever: it may be gone, and what it held with it. */
export class Settling {
  readonly #patience: Patience;
  #saving: { recordingId: RecordingId; timer: NodeJS.Timeout } | undefined;
  #ending: NodeJS.Timeout | undefined;

  constructor(patience: Patience) {
    this.#patience = patience;
  }

  follow({ status, recording }: RoomState): void {
    const recordingId = recording.status === 'stopping' ? recording.id : undefined;
    if (recordingId !== this.#saving?.recordingId) {
      clearTimeout(this.#saving?.timer);
      this.#saving = recordingId === undefined ? undefined : { recordingId, timer: this.#waitForSaving(recordingId) };
    }
    if (status === 'ended') this.#ending ??= setTimeout(() => this.#patience.giveUpMeeting(), SETTLE_MS);
  }

  close(): void {
    clearTimeout(this.#saving?.timer);
    clearTimeout(this.#ending);
  }

  #waitForSaving(recordingId: RecordingId): NodeJS.Timeout {
    return setTimeout(() => this.#patience.giveUpRecording(recordingId), SETTLE_MS);
  }
}
