import type { Watched } from '../../server/protocol/media.ts';
import type { SourceRef } from '../../server/protocol/records.ts';
import { spatialLayerFor } from '../../server/room/layout.ts';
import { keyOf } from './sources.ts';

/** An element that shows a source. */
export interface Viewer {
  readonly source: SourceRef;
  visible: boolean;
  /** In device pixels. */
  height: number;
}

/** The protocol's limit for one `watch`. */
const MOST = 160;

/**
 * The set of pictures that these viewers need: each source once, at the layer of its tallest visible viewer, the
 * tallest first. In a stable order, so that equal sets are equal texts.
 */
export function watchedBy(viewers: Iterable<Viewer>): Watched[] {
  const tallest = new Map<string, Viewer>();
  for (const viewer of viewers) {
    if (!viewer.visible || viewer.height <= 0) continue;
    const known = tallest.get(keyOf(viewer.source));
    if (!known || known.height < viewer.height) tallest.set(keyOf(viewer.source), viewer);
  }
  return [...tallest]
    .sort(([keyA, a], [keyB, b]) => b.height - a.height || keyA.localeCompare(keyB))
    .slice(0, MOST)
    .map(([, { source, height }]) => ({ from: source, spatialLayer: spatialLayerFor(height) }));
}
