import type { types } from 'mediasoup';
import type { Logger } from 'pino';
import { followSpeaker, NO_SPEAKER, type SpeakerMemory } from '../room/speaker.ts';
import type { SentStream } from './context.ts';
import type { RoomMediaHooks } from './port.ts';

/** How often loudness is told, ms. mediasoup wants ten packets in it: more than 200 ms of 20 ms frames. */
const INTERVAL_MS = 400;
const MAX_ENTRIES = 320;
/** Quieter is as good as silent; dBov. */
const THRESHOLD_DBOV = -80;

/**
 * Measures every microphone, also behind a closed gate: operators see all of it, the active speaker follows from the
 * open ones. Whoever is not in a `levels` notice is silent. The observer closes with its router.
 */
export class Levels {
  readonly #observer: types.AudioLevelObserver;
  readonly #hooks: RoomMediaHooks;
  readonly #logger: Logger;
  readonly #speakers = new Map<string, string>();
  #memory: SpeakerMemory = NO_SPEAKER;

  private constructor(observer: types.AudioLevelObserver, hooks: RoomMediaHooks, logger: Logger) {
    this.#observer = observer;
    this.#hooks = hooks;
    this.#logger = logger;
    observer.on('volumes', (volumes) => this.#hear(volumes));
    observer.on('silence', () => this.#hear([]));
  }

  static async open(router: types.Router, hooks: RoomMediaHooks, logger: Logger): Promise<Levels> {
    const options = { maxEntries: MAX_ENTRIES, threshold: THRESHOLD_DBOV, interval: INTERVAL_MS };
    return new Levels(await router.createAudioLevelObserver(options), hooks, logger);
  }

  /** Until the producer closes. */
  add({ ref, producer }: SentStream): void {
    this.#speakers.set(producer.id, ref.participantId);
    producer.observer.once('close', () => this.#speakers.delete(producer.id));
    this.#observer.addProducer({ producerId: producer.id }).catch((error) => {
      if (!producer.closed && !this.#observer.closed) this.#logger.error({ err: error }, 'cannot measure a microphone');
    });
  }

  #hear(volumes: types.AudioLevelObserverVolume[]): void {
    const levels = new Map<string, number>();
    for (const { producer, volume } of volumes) {
      const participantId = this.#speakers.get(producer.id);
      if (participantId !== undefined) levels.set(participantId, volume);
    }
    this.#tellOperators(levels);
    this.#followSpeaker(levels);
  }

  #tellOperators(levels: ReadonlyMap<string, number>): void {
    const operators = Object.values(this.#hooks.state().participants).filter(
      (p) => p.role === 'operator' && p.presence === 'present',
    );
    const notice = { notice: 'levels' as const, levels: Object.fromEntries(levels) };
    for (const { id } of operators) this.#hooks.notify(id, notice);
  }

  #followSpeaker(levels: ReadonlyMap<string, number>): void {
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
