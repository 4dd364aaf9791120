import { describe, expect, it } from 'vitest';
import { type Viewer, watchedBy } from '../../../client/media/watching.ts';
import type { SourceRef } from '../../../server/protocol/records.ts';

const camera = (participantId: string): SourceRef => ({ participantId, source: 'camera' });
const viewer = (participantId: string, height: number, visible = true): Viewer => ({
  source: camera(participantId),
  height,
  visible,
});

describe('watchedBy', () => {
  it('takes the layer that the height needs', () => {
    expect(watchedBy([viewer('a', 180), viewer('b', 360), viewer('c', 720)])).toEqual([
      { from: camera('c'), spatialLayer: 2 },
      { from: camera('b'), spatialLayer: 1 },
      { from: camera('a'), spatialLayer: 0 },
    ]);
  });
  it('asks for a source once, for its tallest visible viewer', () => {
    expect(watchedBy([viewer('a', 180), viewer('a', 1080, false), viewer('a', 360)])).toEqual([
      { from: camera('a'), spatialLayer: 1 },
    ]);
  });
  it('asks for nothing that cannot be seen', () => {
    expect(watchedBy([viewer('a', 360, false), viewer('b', 0)])).toEqual([]);
  });
  it('stays within one message, the largest pictures first', () => {
    const many = Array.from({ length: 200 }, (_, i) => viewer(`p${i}`, i + 1));
    const watched = watchedBy(many);
    expect(watched).toHaveLength(160);
    expect(watched[0]?.from.participantId).toBe('p199');
  });
});
