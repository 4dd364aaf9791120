import type { ParticipantId } from '../../server/protocol/ids.ts';
import type { SourceRef } from '../../server/protocol/records.ts';
import type { Tile } from '../../server/room/layout.ts';

/** A tile with what a page needs to draw it. */
export interface StagePicture {
  tile: Tile;
  /** Stable while the same thing is shown, so that its element and its video survive a new layout. */
  key: string;
  /** What has to be fetched; null where there is nothing to fetch. */
  source: SourceRef | null;
  track: MediaStreamTrack | null;
  /** A short sentence below the name where there is no picture: connection lost, no camera. */
  note: string;
  mirrored: boolean;
}

/** Makes an element the viewer of a source: while it is visible, the source is fetched at the element's size. */
export type ViewSource = (source: SourceRef) => (element: HTMLElement) => () => void;

export interface PictureSources {
  trackOf: (source: SourceRef) => MediaStreamTrack | null;
  noteOf: (tile: Tile) => string;
  /** Whose own camera is drawn as in a mirror; nobody's by default. */
  mirroredFor?: ParticipantId;
}

/** The tiles of `tilesOf(layout, room)` as a stage draws them. */
export function picturesOf(tiles: readonly Tile[], sources: PictureSources): StagePicture[] {
  const seen = new Map<string, number>();
  return tiles.map((tile) => {
    const subject = tile.participantId === null ? 'nobody' : `${tile.participantId}/${tile.source}`;
    const before = seen.get(subject) ?? 0;
    seen.set(subject, before + 1);
    const source = tile.picture && tile.participantId !== null ? sourceOf(tile.participantId, tile) : null;
    return {
      tile,
      key: `${subject}/${before}`,
      source,
      track: source && sources.trackOf(source),
      note: tile.label === '' ? '' : sources.noteOf(tile),
      mirrored: tile.source === 'camera' && tile.participantId === sources.mirroredFor,
    };
  });
}

function sourceOf(participantId: ParticipantId, { source }: Tile): SourceRef {
  return { participantId, source };
}
