import type { SourceRef } from '../../server/protocol/records.ts';

/** What a browser can send. */
export type LocalSource = 'camera' | 'microphone' | 'screen' | 'screenAudio';
export const LOCAL_SOURCES: readonly LocalSource[] = ['microphone', 'camera', 'screen', 'screenAudio'];

/** A source as a map's key. */
export function keyOf({ participantId, source, for: listener }: SourceRef): string {
  return listener === undefined ? `${participantId}/${source}` : `${participantId}/${source}/${listener}`;
}

export function kindOf(source: LocalSource): 'audio' | 'video' {
  return source === 'camera' || source === 'screen' ? 'video' : 'audio';
}
