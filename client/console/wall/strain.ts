import type { RoomState, Shed } from '../../../server/protocol/records.ts';

const ORDER = ['transitions', 'frameRate', 'tier'] as const satisfies readonly Shed[];
export type Strain = (typeof ORDER)[number];

/** What the composition that lacks the most leaves out; undefined where the processor suffices for all of them. */
export function strainOf({ participants }: Pick<RoomState, 'participants'>): Strain | undefined {
  const shed = Object.values(participants).map((p) =>
    p.kind === 'composer' && p.presence === 'present' ? p.shed : undefined,
  );
  return ORDER.findLast((what) => shed.includes(what));
}
