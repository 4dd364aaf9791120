import type { Kysely } from 'kysely';
import type { RoomId } from '../protocol/ids.ts';
import type { Database } from './schema.ts';

/** The numbers by which a codec says which meeting it wants. No two open rooms have the same: it is the key of the table. */
export interface Pins {
  /**
   * The room's own: the one that it has had, else `wanted`; undefined where that is another's. What a meeting had that is
   * over is free.
   */
  keep(roomId: RoomId, wanted: string): Promise<string | undefined>;
}

export function openPins(db: Database): Pins {
  return {
    keep: (roomId, wanted) =>
      db.transaction().execute(async (transaction) => {
        const over = transaction.selectFrom('rooms').select('id').where('status', '=', 'ended');
        await transaction.deleteFrom('pins').where('pin', '=', wanted).where('room_id', 'in', over).execute();
        const insert = transaction.insertInto('pins').values({ pin: wanted, room_id: roomId });
        // Whether the room has one already or another has this one, the store keeps what there is.
        await insert.onConflict((c) => c.doNothing()).execute();
        const own = transaction.selectFrom('pins').select('pin').where('room_id', '=', roomId);
        return (await own.executeTakeFirst())?.pin;
      }),
  };
}

/** The migration `2026-12-za-pins`. */
export async function pinTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('pins')
    .addColumn('pin', 'text', (c) => c.primaryKey())
    .addColumn('room_id', 'text', (c) => c.notNull().unique().references('rooms.id'))
    .execute();
}
