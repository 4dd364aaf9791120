import type { Command } from '../protocol/commands.ts';
import type { RoomEvent } from '../protocol/events.ts';
import type { ParticipantId } from '../protocol/ids.ts';
import type { Participant, RoomState } from '../protocol/records.ts';
import { accept, type Decision, type Rule, reject } from './decision.ts';
import { isIn } from './state.ts';

type Of<V extends Command['verb']> = Extract<Command, { verb: V }>;

/** Far-end cameras: by the operator, or by the site for itself (REG-11). */
export const cameraRules = {
  moveCamera: (state, { participantId, pan, tilt, zoom }, by) =>
    withCamera(state, participantId, ({ camera }) => {
      const isStop = pan === 0 && tilt === 0 && zoom === 0;
      const moving = isStop ? null : { pan, tilt, zoom, by };
      const isSame = JSON.stringify(moving) === JSON.stringify(camera?.moving ?? null);
      return isSame ? accept() : accept({ type: 'cameraMoved', participantId, moving });
    }),
  storeFraming: (state, { participantId, preset, name }) =>
    withCamera(state, participantId, () => accept({ type: 'framingStored', participantId, framing: { preset, name } })),
  recallFraming: (state, { participantId, preset }) =>
    withCamera(state, participantId, (target) =>
      hasFraming(target, preset)
        ? accept({ type: 'framingRecalled', participantId, preset })
        : reject('framingUnknown', String(preset)),
    ),
  // Also of a site that is not here, whose list is to be tidied.
  forgetFraming: (state, { participantId, preset }) => {
    const target = state.participants[participantId];
    if (!target) return reject('participantUnknown');
    if (!hasFraming(target, preset)) return reject('framingUnknown', String(preset));
    return accept({ type: 'framingForgotten', participantId, preset });
  },
} satisfies { [V in Command['verb']]?: Rule<Of<V>> };

/** Who is gone holds no camera: what he was moving stops. */
export function stilledCameras(state: RoomState, by: ParticipantId): RoomEvent[] {
  const moved = Object.values(state.participants).filter((p) => isIn(p) && p.camera?.moving?.by === by);
  return moved.map(({ id }) => ({ type: 'cameraMoved', participantId: id, moving: null }));
}

function withCamera(state: RoomState, id: ParticipantId, decide: (target: Participant) => Decision): Decision {
  const target = state.participants[id];
  if (!isIn(target)) return reject('participantUnknown');
  return target.endpoint?.cameraControl ? decide(target) : reject('cameraUnsupported', target.name);
}

function hasFraming({ framings }: Participant, preset: number): boolean {
  return framings?.some((f) => f.preset === preset) ?? false;
}
