import { describe, expect, it } from 'vitest';
import {
  isInspectable,
  isPreparing,
  readInspected,
  thumbnailAt,
} from '../../../../client/review/timeline/inspection.ts';
import type { Inspection, RecordingDetail } from '../../../../server/protocol/recording.ts';

const INSPECTION: Inspection = {
  v: 1,
  durationMs: 500_000,
  strip: {
    everyMs: 2_000,
    count: 23,
    width: 160,
    height: 90,
    columns: 5,
    rows: 4,
    files: ['strip-0.jpg', 'strip-1.jpg'],
  },
  waveform: { bucketMs: 100, peaks: Buffer.from([0, 127, 255]).toString('base64') },
  loudness: { integratedLufs: -23, rangeLu: 4, peakDbfs: -3 },
  silences: [],
};
const read = (inspection = INSPECTION) => readInspected(inspection, (n) => `/strip/${n}.jpg`);

const VIEWER = { as: 'operator', name: 'lan', watermark: false } as const;
const detail = (recording: Partial<RecordingDetail['recording']> = {}, { see = true, inspected = false } = {}) => ({
  recording: {
    ...{ recordingId: 'r1', roomId: 'giao-ban', title: 'Giao ban', status: 'saved' as const, form: 'parts' as const },
    ...{ startedAt: 0, durationMs: 1, bytes: 1, held: false, gaps: { count: 0, ms: 0 }, warnings: [], inspected },
    encrypted: false,
    ...recording,
  },
  viewer: { ...VIEWER, may: { see, download: see, comment: see, manage: true } },
  files: { inspected, manifest: false, waiting: false },
});

it('is still to come for what was saved in parts, and for nothing else', () => {
  expect(isPreparing(detail())).toBe(true);
  expect(isPreparing(detail({}, { inspected: true }))).toBe(false);
  expect(isInspectable(detail({}, { inspected: true }))).toBe(true);
  for (const other of [detail({ status: 'running' }), detail({ form: 'file' }), detail({}, { see: false })]) {
    expect([isInspectable(other), isPreparing(other)]).toEqual([false, false]);
  }
});

describe('readInspected', () => {
  it('opens the peaks, and knows where each sheet is', () => {
    const { waveform, strip, loudness } = read();
    expect([...waveform.peaks]).toEqual([0, 127, 255]);
    expect(strip?.urls).toEqual(['/strip/0.jpg', '/strip/1.jpg']);
    expect(loudness.integratedLufs).toBe(-23);
  });

  it('does without pictures', () => {
    expect(read({ ...INSPECTION, strip: null }).strip).toBeNull();
  });
});

describe('thumbnailAt', () => {
  const { strip } = read();
  if (!strip) throw new Error('there is a strip');

  it('finds the picture of a moment in its sheet', () => {
    expect(thumbnailAt(strip, 0)).toEqual({ url: '/strip/0.jpg', column: 0, row: 0, columns: 5, rows: 4 });
    expect(thumbnailAt(strip, 13_999)).toMatchObject({ url: '/strip/0.jpg', column: 1, row: 1 });
    expect(thumbnailAt(strip, 39_999)).toMatchObject({ url: '/strip/0.jpg', column: 4, row: 3 });
  });

  it('knows that the last sheet has fewer rows', () => {
    expect(thumbnailAt(strip, 42_000)).toEqual({ url: '/strip/1.jpg', column: 1, row: 0, columns: 5, rows: 1 });
  });

  it('shows the nearest picture before the first and after the last', () => {
    expect(thumbnailAt(strip, -5)).toMatchObject({ url: '/strip/0.jpg', column: 0, row: 0 });
    expect(thumbnailAt(strip, 900_000)).toMatchObject({ url: '/strip/1.jpg', column: 2, row: 0 });
  });
});
