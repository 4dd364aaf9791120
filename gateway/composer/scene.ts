import type { Settings } from '../../server/config.ts';
import type { RoomState } from '../../server/protocol/records.ts';
import type { Tile } from '../../server/room/layout.ts';
import type { PictureContract } from '../engine/picture-protocol.ts';
import type { CommandParams } from '../engine/protocol.ts';
import { inputIdOf } from './plan.ts';
import { holdText } from './words.ts';

export type Scene = CommandParams<PictureContract, 'setScene'>;

/**
 * What the engine is to draw: the tiles, what is written over them, and the slide where there are none.
 * @param holds whether this input is there; a tile without is a name card
 */
export function sceneOf(
  tiles: readonly Tile[],
  { overlay, hold, title, recording }: RoomState,
  { holds, ...words }: { holds: (inputId: string) => boolean } & Pick<Settings, 'language' | 'timeZone'>,
): Scene {
  return {
    tiles: tiles.flatMap(({ participantId, source, label, live, muted, speaking, x, y, w, h, fit, z }) => {
      if (participantId === null) return [];
      const id = inputIdOf({ participantId, source });
      return {
        ...{ x, y, w, h, fit, z, speaking },
        inputId: holds(id) ? id : null,
        label: overlay.names ? label : '',
        card: { label },
        // Closed gates are the rule in these meetings: only a speaker who cannot be heard is worth a sign.
        muted: live && muted,
      };
    }),
    banner: overlay.banner,
    marks: { recording: recording.status === 'running', clock: overlay.clock },
    background: { holdTitle: title, holdText: holdText(hold, words) },
  };
}
