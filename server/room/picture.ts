import type { Command } from '../protocol/commands.ts';
import { accept, type Rule, reject } from './decision.ts';
import { LAYOUTS } from './layout.ts';
import { isIn } from './state.ts';
import type { SystemCommand } from './system-commands.ts';

type Of<V extends (Command | SystemCommand)['verb']> = Extract<Command | SystemCommand, { verb: V }>;

/** What is shown (REG-7): prepared in preview, then taken. */
export const pictureRules = {
  editPreview: (state, { layout }) => {
    if (layout.slots.length !== LAYOUTS[layout.name].length) return reject('unknownLayout', layout.name);
    const unknown = layout.slots.find((s) => s.show === 'participant' && !state.participants[s.participantId]);
    if (unknown) return reject('participantUnknown');
    return accept({ type: 'previewEdited', preview: { version: state.preview.version + 1, layout } });
  },
  take: (state, { version }) =>
    version === state.preview.version
      ? accept({ type: 'programTaken', layout: state.preview.layout })
      : reject('previewChanged'),
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
