import { describe, expect, test } from 'vitest';
import { LineShare } from '../../../server/media/line-share.ts';
import { layerCosts } from '../../../server/media/price.ts';
import { wantsOf } from '../../../server/media/wants.ts';
import type { Watched } from '../../../server/protocol/media.ts';
import type { Source, SourceRef } from '../../../server/protocol/records.ts';

const ref = (participantId: string, source: Source = 'camera'): SourceRef => ({ participantId, source });
const watched = (from: SourceRef, spatialLayer: number): Watched => ({ from, spatialLayer });

function find(allowed: (number | undefined)[]) {
  return (from: SourceRef, layersKbps?: number[]) =>
    from.participantId === 'gone'
      ? undefined
      : layerCosts({ source: from.source, allowed }, { ...(layersKbps && { layersKbps }) });
}

describe('what a viewer wants', () => {
  const camera = find([150_000, 500_000, undefined]);

  test('in the order of what it is to him, at what its sender says it costs', () => {
    const pictures = [
      watched(ref('a'), 0),
      watched(ref('b'), 2),
      watched(ref('c', 'screen'), 0),
      watched(ref('gone'), 0),
    ];
    const wants = wantsOf(pictures, camera, { speaker: 'b' });
    expect(wants.map(({ rank, layer }) => [rank, layer])).toEqual([
      ['thumbnail', 0],
      ['speaker', 2],
      ['content', 0],
    ]);
    expect(wants[0]?.kbps).toEqual([150, 500, 1_700]);
  });

  test.each([
    ['nobody speaks', null],
    ['who speaks is not seen', 'me'],
  ])('what is large comes first where %s', (_, speaker) => {
    const ranks = wantsOf([watched(ref('a'), 0), watched(ref('b'), 2)], camera, { speaker }).map(({ rank }) => rank);
    expect(ranks).toEqual(['thumbnail', 'speaker']);
  });

  test('of small ones the first of the largest comes first', () => {
    const pictures = [watched(ref('a'), 0), watched(ref('b'), 1), watched(ref('c'), 1), watched(ref('d', 'screen'), 2)];
    const ranks = wantsOf(pictures, camera, { speaker: 'me' }).map(({ rank }) => rank);
    expect(ranks).toEqual(['thumbnail', 'speaker', 'thumbnail', 'content']);
    expect(wantsOf([], camera, { speaker: null })).toEqual([]);
  });

  test('what was measured counts, and what is not sent is measured by the rest', () => {
    const still = (from: SourceRef) => find([150_000, 500_000, 1_700_000])(from, [30, 0]);
    const [want] = wantsOf([watched(ref('a'), 2)], still, { speaker: null });
    expect(want?.kbps).toEqual([30, 100, 340]);
  });

  test('a line that could take more than a weak sender sends is given all it wants', () => {
    const allowed = [150_000, 500_000, 1_700_000];
    const offer = { source: 'camera', allowed, demand: { asked: new Set([0, 1, 2]) } } as const;
    const weak = layerCosts(offer, { layersKbps: [120, 450, 1_530], nowKbps: [60, 0, 0] });
    const wants = wantsOf([watched(ref('a'), 2)], () => weak, { speaker: 'a' });
    const share = new LineShare();
    // As congestion control does: it knows of little more than what passes.
    for (let at = 0; at < 10_000; at += 1_000) share.review(wants, { soundKbps: 45, estimateKbps: 210 }, at);
    expect(share.given).toBe(1);
    expect(share.layerOf('a/camera', 2)).toBe(2);
  });

  test('a composed picture is the main one', () => {
    const [want] = wantsOf([watched(ref('composer', 'program'), 1)], find([undefined]), { speaker: 'b' });
    expect(want).toMatchObject({ rank: 'speaker', kbps: [1_500] });
  });
});
