import type { types } from 'mediasoup';
import type { Logger } from 'pino';
import { isTestRoom, TEST_SOURCE_ID } from '../protocol/line-tests.ts';
import type { Participant } from '../protocol/records.ts';
import { followSpeaker, NO_SPEAKER, type SpeakerMemory } from '../room/speaker.ts';
import type { SentStream } from './context.ts';
import type { RoomMediaHooks } from './port.ts';

/** How often loudness is told, ms. mediasoup wants ten packets in it: more than 200 ms of 20 ms frames. */
const INTERVAL_MS = 400;
const MAX_ENTRIES = 320;
/** Quieter is as good as silent; dBov. */
const THRESHOLD_DBOV = -80;

/** Levels by participant, dBov. */
type Heard = ReadonlyMap<string, number>;

/**
 * Measures every microphone of a room, also behind a closed gate: operators see all of it, the active speaker follows
 * from the open ones. Whoever is not in a `levels` notice is silent. Each router has an observer, which closes with it.
 */
export class Levels {
  readonly #hooks: RoomMediaHooks;
  readonly #logger: Logger;
  readonly #speakers = new Map<string, string>();
  readonly #observers = new Map<string, types.AudioLevelObserver>();
  /** By router, what its observer said last. */
  readonly #heard = new Map<string, Heard>();
  #memory: SpeakerMemory = NO_SPEAKER;

  constructor(hooks: RoomMediaHooks, logger: Logger) {
    this.#hooks = hooks;
    this.#logger = logger;
  }

  /** Rejects where the router is gone. */
  async observe(router: types.Router): Promise<void> {
    const options = { maxEntries: MAX_ENTRIES, threshold: THRESHOLD_DBOV, interval: INTERVAL_MS };
    const observer = await router.createAudioLevelObserver(options);
    observer.on('volumes', (volumes) => this.#hear(router.id, volumes));
    observer.on('silence', () => this.#hear(router.id, []));
    this.#observers.set(router.id, observer);
    observer.observer.once('close', () => {
      this.#observers.delete(router.id);
      this.#heard.delete(router.id);
    });
  }

  /** Until the producer closes. */
  add({ ref, producer, router }: SentStream): void {
    const observer = this.#observers.get(router.id);
    if (!observer) return;
    this.#speakers.set(producer.id, ref.participantId);
    producer.observer.once('close', () => this.#speakers.delete(producer.id));
    observer.addProducer({ producerId: producer.id }).catch((error) => {
      if (!producer.closed && !observer.closed) this.#logger.error({ err: error }, 'cannot measure a microphone');
    });
  }

  #hear(routerId: string, volumes: types.AudioLevelObserverVolume[]): void {
    const heard = new Map<string, number>();
    for (const { producer, volume } of volumes) {
      const participantId = this.#speakers.get(producer.id);
      if (participantId !== undefined) heard.set(participantId, volume);
    }
    this.#heard.set(routerId, heard);
    const levels = new Map([...this.#heard.values()].flatMap((each) => [...each]));
    this.#tellOperators(levels);
    this.#followSpeaker(levels);
  }

  #tellOperators(levels: Heard): void {
    const { roomId, participants } = this.#hooks.state();
    const isOperator = (p: Participant) => p.role === 'operator' && p.presence === 'present';
    const operators = Object.values(participants).flatMap((p) => (isOperator(p) ? [p.id] : []));
    const notice = { notice: 'levels' as const, levels: Object.fromEntries(levels) };
    // In a line test nobody is the operator, but whoever measures listens.
    for (const id of isTestRoom(roomId) ? [TEST_SOURCE_ID] : operators) this.#hooks.notify(id, notice);
  }

  #followSpeaker(levels: Heard): void {
    const { participants, speaker } = this.#hooks.state();
    // Not the time of day, which may be set back.
    const now = performance.now();
    // REG-19: a bridge's picture is many already, and never the speaker's.
    const maySpeak = (id: string) => participants[id]?.gate === 'open' && !participants[id].bridge;
    const open = new Map([...levels].filter(([id]) => maySpeak(id)));
    // The room may have changed the speaker by itself, as when a gate closed.
    const memory = this.#memory.speaker === speaker ? this.#memory : { ...this.#memory, speaker, since: now };
    this.#memory = followSpeaker(memory, open, now);
    if (this.#memory.speaker === speaker) return;
    this.#hooks.report({ verb: 'setSpeaker', participantId: this.#memory.speaker });
  }
}
