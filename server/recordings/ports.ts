import type { LoggedEvent } from '../protocol/events.ts';
import type { Comment, Found, RecordingAct, Share } from '../protocol/recording.ts';
import type { RecordingChange, RecordingSeen, StoredRecording } from '../protocol/stored-recording.ts';

// What recordings need of the rest, as the composition root puts it together; said there what each does.

export interface RecordingsPort {
  list(): Promise<StoredRecording[]>;
  find(recordingId: string): Promise<StoredRecording | undefined>;
  change(recordingId: string, change: RecordingChange): Promise<void>;
  uncared(): Promise<StoredRecording[]>;
  care(recordingId: string, seen: RecordingSeen): Promise<void>;
  inspected(recordingId: string): Promise<void>;
  noteEncryption(recordingId: string, encrypted: boolean): Promise<void>;
  copied(recordingId: string, at: number | null): Promise<void>;
  away(recordingId: string): Promise<void>;
  remove(recordingId: string): Promise<boolean>;
  unwiped(): Promise<{ recordingId: string; copied: boolean }[]>;
  wiped(recordingId: string): Promise<void>;
}

export interface SearchedText {
  recording_id: string;
  kind: Exclude<Found['in'], 'title'>;
  source: string;
  at_ms: number | null;
  text: string;
  folded: string;
}

export interface ReviewsPort {
  comments(recordingId: string): Promise<Comment[]>;
  addComment(recordingId: string, comment: Comment, folded: string): Promise<void>;
  removeComment(recordingId: string, commentId: string): Promise<boolean>;
  shares(recordingId: string): Promise<Share[]>;
  addShare(recordingId: string, share: Share, tokenHash: string): Promise<void>;
  findShare(tokenHash: string): Promise<(Share & { recordingId: string }) | undefined>;
  revokeShare(recordingId: string, shareId: string, now: number): Promise<boolean>;
  setTexts(recordingId: string, kinds: SearchedText['kind'][], texts: SearchedText[]): Promise<void>;
  findTexts(words: readonly string[], most: number): Promise<SearchedText[]>;
  record(recordingId: string, act: RecordingAct): Promise<void>;
  acts(recordingId: string, most: number): Promise<RecordingAct[]>;
}

export interface LogPort {
  read(roomId: string): Promise<LoggedEvent[]>;
}
