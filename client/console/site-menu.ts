import type { Participant } from '../../server/protocol/records.ts';
import type { MenuItem } from '../ui/menu-item.ts';
import { callOf } from './call-list.ts';
import { callWords } from './call-words.ts';
import type { Operator } from './operator.svelte.ts';
import type { WallCard } from './wall.ts';
import { words } from './words.ts';

/** What a menu asks its page for, because it needs a dialog. */
export interface SiteDialogs {
  rename: (participant: Participant) => void;
  remove: (participant: Participant) => void;
}

/** Everything that can be done with a card of the wall. */
export function siteMenu(operator: Operator, card: WallCard, dialogs: SiteDialogs): MenuItem[] {
  const { participant, content } = card;
  if (content || participant.role === 'operator') return assignItems(operator, card);
  const id = participant.id;
  const call = callOf(operator.room, participant.callId);
  if (participant.presence === 'removed') {
    return [
      {
        label: words.readmit,
        disabled: !operator.may('readmitParticipant', id),
        onselect: () => operator.send({ verb: 'readmitParticipant', participantId: id }),
      },
    ];
  }
  return [
    {
      label: words.enterRequest,
      disabled: !operator.may('enterRequest', id) || participant.presence !== 'present' || card.request !== null,
      onselect: () => operator.send({ verb: 'enterRequest', participantId: id }),
    },
    { separator: true },
    ...assignItems(operator, card),
    { separator: true },
    {
      label: words.rename,
      disabled: !operator.may('renameParticipant', id),
      onselect: () => dialogs.rename(participant),
    },
    ...(call
      ? [
          {
            label: callWords.hangUp,
            note: call.address,
            disabled: !operator.may('hangUp'),
            onselect: () => operator.send({ verb: 'hangUp' as const, callId: call.id }),
          },
        ]
      : []),
    {
      label: words.remove,
      disabled: !operator.may('removeParticipant', id),
      onselect: () => dialogs.remove(participant),
    },
  ];
}

function assignItems(operator: Operator, { participant, content }: WallCard): MenuItem[] {
  const { slots } = operator.preview;
  return [
    { heading: words.toWhichTile },
    ...slots.map((slot, place) => ({
      label: words.assignTo({ n: place + 1 }),
      checked: content ? slot.show === 'content' : slot.show === 'participant' && slot.participantId === participant.id,
      disabled: !operator.may('editPreview'),
      onselect: () =>
        operator.show(content ? { show: 'content' } : { show: 'participant', participantId: participant.id }, place),
    })),
  ];
}
