import type { RoomState } from '../../server/protocol/records.ts';
import { notify } from '../ui/notices.svelte.ts';
import { floorWords } from './floor-words.ts';
import type { Operator } from './operator.svelte.ts';
import { firstOf, waitingRows } from './queue.ts';
import type { Action } from './shortcuts.ts';

/** The parts of the console that a key can lead to. */
export interface Reach {
  focusDial: () => void;
  focusSearch: () => void;
  focusWall: () => void;
  toggleRecording: () => void;
  openLayouts: () => void;
  openOwnPictures: () => void;
  openOverlay: () => void;
  openHold: () => void;
  openSheet: () => void;
}

type Performers = {
  [D in Action['do']]: (operator: Operator, action: Extract<Action, { do: D }>, reach: Reach) => void;
};

/** What every key does: an action without its deed does not compile. */
const PERFORMERS: Performers = {
  selectTile: (operator, { figure }) => operator.selectByFigure(figure),
  show: (operator, { what }) => operator.show({ show: what }),
  changeLayout: (operator, { step }) => operator.walkLayouts(step),
  turnFit: (operator) => operator.turnFit(),
  savedLayouts: (_operator, _action, reach) => reach.openLayouts(),
  take: (operator) => void operator.take(),
  takeForCodecs: (operator) => void operator.take('codecs'),
  ownPictures: (_operator, _action, reach) => reach.openOwnPictures(),
  overlay: (operator, _action, reach) => {
    if (operator.may('setOverlay')) reach.openOverlay();
  },
  hold: (operator, _action, reach) => {
    if (operator.may('hold')) reach.openHold();
  },
  closeAllMicrophones: (operator) => {
    if (operator.may('closeAllMicrophones')) operator.send({ verb: 'closeAllMicrophones' });
  },
  forward: (operator) =>
    onRequest(operator, 'forwardRequest', firstRows(operator.room).forward?.id, floorWords.nothingToForward),
  grant: (operator) => onRequest(operator, 'grantFloor', firstRows(operator.room).grant?.id, floorWords.nothingToGrant),
  finish: (operator) => {
    const speaking = firstRows(operator.room).finish;
    if (!speaking) notify({ text: floorWords.nothingToFinish });
    else if (operator.may('revokeFloor')) {
      operator.send({ verb: 'revokeFloor', participantId: speaking.participantId });
    }
  },
  ownMicrophone: (operator) => void operator.own.toggleMicrophone(),
  ownCamera: (operator) => void operator.own.toggleCamera(),
  clear: (operator) => operator.select(null),
  dial: (_operator, _action, reach) => reach.focusDial(),
  dialAbsent: (operator) => operator.callAbsent(),
  stopPresenting: (operator) => operator.stopPresenting(),
  frame: (operator) => operator.frame(),
  record: (_operator, _action, reach) => reach.toggleRecording(),
  search: (_operator, _action, reach) => reach.focusSearch(),
  wall: (_operator, _action, reach) => reach.focusWall(),
  messages: ({ talk }) => (talk.isOpen ? talk.close() : talk.show(talk.place)),
  sheet: (_operator, _action, reach) => reach.openSheet(),
};

export function perform(operator: Operator, action: Action, reach: Reach): void {
  const performer = PERFORMERS[action.do] as (operator: Operator, action: Action, reach: Reach) => void;
  performer(operator, action, reach);
}

function firstRows(room: RoomState) {
  return firstOf(waitingRows(room));
}

/** Something on a request, or a word that there is none. */
function onRequest(
  operator: Operator,
  verb: 'forwardRequest' | 'grantFloor',
  requestId: string | undefined,
  nothing: string,
): void {
  if (requestId === undefined) notify({ text: nothing });
  else if (operator.may(verb)) operator.send({ verb, requestId });
}
