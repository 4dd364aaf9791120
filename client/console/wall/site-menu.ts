import type { Participant } from '../../../server/protocol/records.ts';
import { chatWords } from '../../chat/words.ts';
import { words as incidentWords } from '../../incidents/words.ts';
import type { MenuItem } from '../../ui/menu-item.ts';
import { callOf } from '../calls/call-list.ts';
import { callWords } from '../calls/call-words.ts';
import { hasCamera } from '../camera/camera.ts';
import { cameraWords } from '../camera/camera-words.ts';
import { pictureWords } from '../layouts/picture-words.ts';
import { lineAddress } from '../line-address.ts';
import type { Operator } from '../operator.svelte.ts';
import { words } from '../words.ts';
import { detailWords } from './detail-words.ts';
import type { WallCard } from './wall.ts';

/** What a menu asks its page for, because it needs a dialog. */
export interface SiteDialogs {
  rename: (participant: Participant) => void;
  remove: (participant: Participant) => void;
  detail: (participant: Participant) => void;
  incident: (participant: Participant) => void;
}

/** Everything that can be done with a card of the wall. */
export function siteMenu(operator: Operator, card: WallCard, dialogs: SiteDialogs): MenuItem[] {
  const { participant, content } = card;
  if (content) {
    return [
      ...assignItems(operator, card),
      { separator: true },
      {
        label: words.stopPresenting,
        keys: 'P',
        disabled: !operator.may('stopPresenting', participant.id),
        onselect: () => operator.send({ verb: 'stopPresenting', participantId: participant.id }),
      },
    ];
  }
  if (participant.role === 'operator') return assignItems(operator, card);
  const id = participant.id;
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
    messageItem(operator, participant),
    { separator: true },
    ...pictureItems(operator, card),
    { separator: true },
    ...callItems(operator, participant),
    ...(hasCamera(participant)
      ? [
          {
            label: cameraWords.control,
            keys: 'K',
            disabled: !operator.may('moveCamera', id),
            onselect: () => operator.frame(participant),
          },
        ]
      : []),
    { label: detailWords.show, keys: 'I', onselect: () => dialogs.detail(participant) },
    {
      label: detailWords.charts,
      onselect: () => void open(lineAddress(id, operator.room.roomId), '_blank'),
    },
    {
      label: incidentWords.siteMenu,
      disabled: !operator.may('openIncident'),
      onselect: () => dialogs.incident(participant),
    },
    {
      label: words.rename,
      disabled: !operator.may('renameParticipant', id),
      onselect: () => dialogs.rename(participant),
    },
    {
      label: words.remove,
      disabled: !operator.may('removeParticipant', id),
      onselect: () => dialogs.remove(participant),
    },
    // As many as there are tiles: at the end they push nothing away.
    ...(operator.preview.slots.length > 0 ? [{ separator: true } as const] : []),
    ...assignItems(operator, card),
  ];
}

function messageItem({ talk }: Operator, { id, kind, role }: Participant): MenuItem {
  const isCodec = kind === 'sip';
  return {
    label: chatWords.title,
    note: isCodec ? chatWords.codec : undefined,
    disabled: isCodec || !talk.may('writeTo'),
    onselect: () => talk.show(role === 'chair' ? 'centre' : id),
  };
}

/** The preview as this site's own picture, and the way back to the program. */
function pictureItems(operator: Operator, { participant: { id }, ownPicture }: WallCard): MenuItem[] {
  return [
    { label: pictureWords.giveOwn, disabled: !operator.may('take'), onselect: () => void operator.take(id) },
    ...(ownPicture
      ? [
          {
            label: pictureWords.followProgram,
            disabled: !operator.may('followProgram'),
            onselect: () => operator.followProgram(id),
          },
        ]
      : []),
  ];
}

/** Hang up who is in by a call; call the invited site that is not here. */
function callItems(operator: Operator, { callId, siteId, name, presence }: Participant): MenuItem[] {
  const call = callOf(operator.room, callId);
  if (call && presence !== 'left') {
    return [
      {
        label: callWords.hangUp,
        note: call.address,
        disabled: !operator.may('hangUp'),
        onselect: () => operator.send({ verb: 'hangUp', callId: call.id }),
      },
    ];
  }
  if (siteId === undefined || !operator.room.sites[siteId] || presence === 'present') return [];
  return [
    {
      label: callWords.callSite({ name }),
      disabled: !operator.may('dialSite'),
      onselect: () => operator.send({ verb: 'dialSite', siteId }),
    },
  ];
}

function assignItems(operator: Operator, { participant, content }: WallCard): MenuItem[] {
  const { slots } = operator.preview;
  if (slots.length === 0) return [];
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
