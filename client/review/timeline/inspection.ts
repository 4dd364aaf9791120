import type { Inspection, RecordingDetail } from '../../../server/protocol/recording.ts';

/** What was found out about a recording after its stop, as the player draws it. */
export interface Inspected extends Omit<Inspection, 'waveform' | 'strip'> {
  waveform: Waveform;
  strip: Strip | null;
}
/** One for each `bucketMs` of media time: 0 (silence) to 255 (full scale), linear. */
export interface Waveform {
  bucketMs: number;
  peaks: Uint8Array;
}
export type Strip = NonNullable<Inspection['strip']> & {
  /** Where each of `files` is fetched. */
  urls: readonly string[];
};

/** Whether it is looked through after its stop: what still runs, and files of an earlier version, are not. */
export function isInspectable({ recording, viewer }: Pick<RecordingDetail, 'recording' | 'viewer'>): boolean {
  return recording.form === 'parts' && recording.status === 'saved' && viewer.may.see;
}

/** It is still to come. */
export function isPreparing(detail: Pick<RecordingDetail, 'recording' | 'viewer' | 'files'>): boolean {
  return isInspectable(detail) && !detail.files.inspected;
}

/** @param urlOf where the strip's n-th file is fetched */
export function readInspected({ waveform, strip, ...rest }: Inspection, urlOf: (n: number) => string): Inspected {
  const peaks = Uint8Array.from(atob(waveform.peaks), (sign) => sign.charCodeAt(0));
  return {
    ...rest,
    waveform: { bucketMs: waveform.bucketMs, peaks },
    strip: strip && { ...strip, urls: strip.files.map((_, n) => urlOf(n)) },
  };
}

/** Where a picture lies: in the sheet at `url`, which has `columns` × `rows` of them. */
export interface Thumbnail {
  url: string;
  column: number;
  row: number;
  columns: number;
  rows: number;
}

/** The picture of this moment. @param mediaAt by media time, ms */
export function thumbnailAt({ everyMs, count, columns, rows, urls }: Strip, mediaAt: number): Thumbnail {
  const index = Math.min(count - 1, Math.max(0, Math.floor(mediaAt / everyMs)));
  const sheet = Math.floor(index / (columns * rows));
  const place = index % (columns * rows);
  const inSheet = Math.min(columns * rows, count - sheet * columns * rows);
  return {
    url: urls[sheet] ?? '',
    column: place % columns,
    row: Math.floor(place / columns),
    columns,
    rows: Math.ceil(inSheet / columns),
  };
}
