import type { TestSource } from '../media/test-source.ts';
import type { ParticipantId } from '../protocol/ids.ts';
import { TEST_SOURCE_ID } from '../protocol/line-tests.ts';
import { plainTransportOfferSchema } from '../protocol/media.ts';
import type { Layout } from '../protocol/records.ts';
import type { Actor } from '../room/policy.ts';
import type { Room } from '../rooms.ts';

/** What is done in a test's room is done by the centre. */
export const CENTRE: Actor = { participantId: 'line-test-centre', role: 'operator', kind: 'browser' };
export const TITLE = { vi: 'Kiểm tra đường truyền', en: 'Line test' } as const;

const nothing = () => undefined;
/** Of a watcher that waits for one thing. */
const UNMOVED = { committed: nothing, notify: nothing, dismiss: nothing, closed: nothing };

/** As soon as it is there: a layout names nobody who is not. */
export function showAlone(room: Room, participantId: ParticipantId): void {
  const layout: Layout = { name: '1', slots: [{ show: 'participant', participantId }] };
  const stop = room.watch({
    ...UNMOVED,
    committed({ after }) {
      if (!after.participants[participantId]) return;
      stop();
      void room.dispatch({ verb: 'editPreview', layout }, CENTRE);
      void room.dispatch({ verb: 'take', version: after.preview.version + 1 }, CENTRE);
    },
  });
}

/** Someone who sends what the site is to receive. */
export async function openSource(room: Room, source: TestSource): Promise<void> {
  const participant = { id: TEST_SOURCE_ID, role: 'site', kind: 'simulator', name: TITLE.en } as const;
  await room.dispatch({ verb: 'admit', participant }, 'system');
  const opened = await room.media.request(TEST_SOURCE_ID, { request: 'openTransport', direction: 'send' });
  const { transportId, ip, port } = plainTransportOfferSchema.parse(opened);
  const { rtpParameters } = source;
  const sent = { source: 'camera' } as const;
  await room.media.request(TEST_SOURCE_ID, { request: 'produce', transportId, kind: 'video', sent, rtpParameters });
  source.sendTo(ip, port);
}

/** @returns how to stop it. @param heard of the microphone, dBov; also behind a closed gate */
export function listenTo(room: Room, participantId: ParticipantId, heard: (levelDb: number) => void): () => void {
  return room.watch({
    ...UNMOVED,
    notify(_participantId, notice) {
      const level = notice.notice === 'levels' ? notice.levels[participantId] : undefined;
      if (level !== undefined) heard(level);
    },
  });
}
