import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { MediaNode, RoomMedia, RoomMediaHooks } from '../../server/media/index.ts';
import type { Effect } from '../../server/room/effects.ts';
import type { Actor } from '../../server/room/policy.ts';
import type { Change } from '../../server/room/step.ts';
import type { Entrant } from '../../server/room/system-commands.ts';
import type { Room, RoomParts, RoomWatcher } from '../../server/rooms.ts';
import type { EventLog } from '../../server/store/event-log.ts';
import { openEmbeddedStore, type Store } from '../../server/store/index.ts';

type Person = Exclude<Actor, 'system'>;

export const OPERATOR: Person = { participantId: 'op', role: 'operator', kind: 'browser' };
export const SITE: Person = { participantId: 'babe', role: 'site', kind: 'browser' };
export const entrantOf = (actor: Person): Entrant => ({
  id: actor.participantId,
  role: actor.role,
  kind: actor.kind,
  name: actor.participantId,
});

/** The media part at its port: does as it is told, at once, and remembers it. */
export class MediaFake implements MediaNode {
  readonly performed: Effect[] = [];
  readonly closed: string[] = [];
  readonly hooks = new Map<string, RoomMediaHooks>();
  perform: (effect: Effect) => Promise<void> = async () => undefined;

  async openRoom(roomId: string, hooks: RoomMediaHooks): Promise<RoomMedia> {
    this.hooks.set(roomId, hooks);
    return {
      routerRtpCapabilities: { codecs: [] },
      perform: async (effect) => {
        this.performed.push(effect);
        await this.perform(effect);
      },
      request: async () => ({}),
      session: () => ({ mediaSession: 'one', consumers: [], producers: [] }),
      count: async () => ({ transports: 0, producers: 0, consumers: 0 }),
      close: async () => {
        this.closed.push(roomId);
      },
    };
  }
  health = () => ({ status: 'ok' as const });
  workerPids = () => [];
  close = async () => undefined;
}

/** Hears what everyone hears. */
export class Listener implements RoomWatcher {
  readonly changes: Change[] = [];
  readonly dismissed: string[] = [];
  end = '';

  constructor(room: Room) {
    room.watch(this);
  }
  committed(change: Change): void {
    this.changes.push(change);
  }
  notify(): void {}
  dismiss(participantId: string, reason: string): void {
    this.dismissed.push(`${participantId} ${reason}`);
  }
  closed(reason: string): void {
    this.end = reason;
  }
  types(): string[] {
    return this.changes.map(({ logged }) => logged.event.type);
  }
}

export interface Fixture {
  store: Store;
  media: MediaFake;
  parts: RoomParts;
  close(): Promise<void>;
}

/** A real database in a folder of its own. `log` may put itself between the room and the store. */
export async function openFixture(log: (log: EventLog) => EventLog = (plain) => plain): Promise<Fixture> {
  const folder = await mkdtemp(join(tmpdir(), 'rostrum-rooms-'));
  const store = await openEmbeddedStore(folder);
  const media = new MediaFake();
  const parts = { log: log(store.log), media, logger: pino({ level: 'silent' }), graceMs: 60_000, now: Date.now };
  const close = async () => {
    await store.close();
    await rm(folder, { recursive: true });
  };
  return { store, media, parts, close };
}
