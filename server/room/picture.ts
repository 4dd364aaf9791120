import type { Command } from '../protocol/commands.ts';
import type { Layout, OwnAudience, RoomState, Slot } from '../protocol/records.ts';
import { accept, type Decision, type Rule, reject } from './decision.ts';
import { faultOf } from './geometry.ts';
import { isAttendee, isIn } from './state.ts';
import type { SystemCommand } from './system-commands.ts';

type Of<V extends (Command | SystemCommand)['verb']> = Extract<Command | SystemCommand, { verb: V }>;

/** What is shown (REG-7): prepared in preview, then taken; what is written over it, and what is shown in its place. */
export const pictureRules = {
  editPreview: (state, { layout }) => {
    if (faultOf(layout)) return reject('unknownLayout', layout.name);
    if (!layout.slots.every((slot) => namesSomeone(state, slot))) return reject('participantUnknown');
    return accept({ type: 'previewEdited', preview: { version: state.preview.version + 1, layout } });
  },
  take: (state, { version, audience = 'everyone' }) => {
    const { preview } = state;
    if (version !== preview.version) return reject('previewChanged');
    return audience === 'everyone'
      ? accept({ type: 'programTaken', layout: preview.layout })
      : takeOwn(state, audience, preview.layout);
  },
  followProgram: (state, { audience }) => {
    if (!mayHaveOwn(state, audience)) return reject('participantUnknown');
    return state.own[audience] ? accept({ type: 'programFollowed', audience }) : accept();
  },
  setOverlay: ({ overlay }, { verb: _verb, ...changes }) => {
    const { banner = overlay.banner, clock = overlay.clock, names = overlay.names } = changes;
    const isSame = banner === overlay.banner && clock === overlay.clock && names === overlay.names;
    return isSame ? accept() : accept({ type: 'overlayChanged', overlay: { banner, clock, names } });
  },
  hold: ({ hold }, { kind, text = '', until }, _by, { now }) => {
    if (hold?.kind === kind && hold.text === text && hold.until === until) return accept();
    const since = hold?.kind === kind ? hold.since : now;
    return accept({ type: 'holdBegan', hold: { kind, text, ...(until === undefined ? {} : { until }), since } });
  },
  endHold: ({ hold }) => (hold ? accept({ type: 'holdEnded' }) : reject('notHeld')),
  reportComposer: ({ participants }, { participantId, shed }) => {
    const composer = participants[participantId];
    if (!isIn(composer)) return reject('participantUnknown');
    return (composer.shed ?? 'nothing') === shed ? accept() : accept({ type: 'composerStrained', participantId, shed });
  },
  setSpeaker: (state, { participantId }) => {
    if (participantId === state.speaker) return accept();
    if (participantId !== null) {
      const target = state.participants[participantId];
      // REG-19: a bridge's picture is many already.
      if (!isIn(target) || target.gate !== 'open' || target.bridge) return accept();
    }
    return accept({ type: 'speakerChanged', participantId });
  },
} satisfies { [V in (Command | SystemCommand)['verb']]?: Rule<Of<V>> };

function takeOwn(state: RoomState, audience: OwnAudience, layout: Layout): Decision {
  if (!mayHaveOwn(state, audience)) return reject('participantUnknown');
  return accept({ type: 'ownPictureTaken', audience, layout });
}

function namesSomeone({ participants }: RoomState, slot: Slot): boolean {
  const named = slot.show === 'participant' ? participants[slot.participantId] : undefined;
  return slot.show !== 'participant' || (named !== undefined && isAttendee(named));
}

/** The centre sees everything anyway; the engine's participants are drawn for nobody. Who left finds his again. */
function mayHaveOwn({ participants }: RoomState, audience: OwnAudience): boolean {
  if (audience === 'codecs') return true;
  const participant = participants[audience];
  return participant !== undefined && isAttendee(participant) && participant.role !== 'operator';
}
