import { type Kysely, sql } from 'kysely';
import { type Feedback, feedbackSchema } from '../protocol/feedback.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Database } from './schema.ts';

/** What people thought of a meeting: one opinion for each who was in it (REG-16). */
export interface FeedbackBox {
  /** In the place of what he had said before. */
  give(roomId: RoomId, feedback: Feedback): Promise<void>;
  /** In the order in which they were given. */
  ofRooms(roomIds: readonly RoomId[]): Promise<(Feedback & { roomId: RoomId })[]>;
}

/** The migration `2026-12-z8-feedback`. */
export async function feedbackTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('feedback')
    .addColumn('room_id', 'text', (c) => c.notNull().references('rooms.id'))
    .addColumn('participant_id', 'text', (c) => c.notNull())
    .addColumn('at', 'bigint', (c) => c.notNull())
    .addColumn('feedback', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('feedback_of_a_participant', ['room_id', 'participant_id'])
    .addCheckConstraint('feedback_is_json', sql`json_valid(feedback)`)
    .execute();
}

export function openFeedbackBox(db: Database): FeedbackBox {
  return {
    async give(room_id, feedback) {
      const row = { at: feedback.at, feedback: JSON.stringify(feedback) };
      const insert = db.insertInto('feedback').values({ room_id, participant_id: feedback.participantId, ...row });
      await insert.onConflict((c) => c.columns(['room_id', 'participant_id']).doUpdateSet(row)).execute();
    },
    async ofRooms(roomIds) {
      if (roomIds.length === 0) return [];
      const rows = db.selectFrom('feedback').selectAll().where('room_id', 'in', roomIds).orderBy('at');
      return (await rows.orderBy('participant_id').execute()).map(({ room_id, feedback }) => ({
        roomId: room_id,
        ...feedbackSchema.parse(JSON.parse(feedback)),
      }));
    },
  };
}
