import type { LineState } from '../../../server/protocol/lines.ts';
import type { Participant } from '../../../server/protocol/records.ts';
import { sends } from '../../../server/room/layout.ts';
import { floorWords } from '../floor-words.ts';
import { lineWords } from '../line-words.ts';
import { words } from '../words.ts';
import { detailWords } from './detail-words.ts';
import type { WallCard } from './wall.ts';

/** A card in one sentence, for people who hear the page: everything that its colours and icons say. */
export function describeCard(
  { participant, content, inProgram, inPreview, ownPicture, request, speaking }: WallCard,
  line: LineState | undefined,
): string {
  if (content)
    return [words.contentOf({ name: participant.name }), inProgram ? words.inProgram : ''].filter(Boolean).join(', ');
  const parts = [
    participant.name,
    participant.role === 'site' ? '' : words.roles[participant.role],
    participant.bridge ? detailWords.bridge : words.kinds[participant.kind],
    ...describeDevice(participant),
    words.presences[participant.presence],
    participant.gate === 'open' ? words.gateOpen : words.gateClosed,
    participant.presence === 'present' && !sends(participant, 'microphone') ? words.noMicrophone : '',
    participant.muted ? words.mutedSelf : '',
    speaking ? words.speaking : '',
    line && line.level !== 'good' ? lineWords.levels[line.level] : '',
    inProgram ? words.inProgram : '',
    inPreview ? words.inPreview : '',
    ownPicture ? words.ownPicture : '',
    request ? floorWords.requestStatus[request.status] : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function describeDevice(participant: Participant): string[] {
  const { presence, endpoint } = participant;
  if (presence !== 'present') return [];
  return [
    sends(participant, 'screen') ? detailWords.presenting : '',
    endpoint && !endpoint.video ? detailWords.telephone : '',
    endpoint ? (endpoint.encrypted ? detailWords.encrypted : detailWords.unencrypted) : '',
  ];
}
