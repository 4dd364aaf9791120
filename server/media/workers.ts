import { setTimeout as wait } from 'node:timers/promises';
import type { types } from 'mediasoup';
import type { Logger } from 'pino';
import { listenInfosFor, localAddresses } from './addresses.ts';
import { SHARED_BUFFERS } from './bounds.ts';
import { routerCodecs } from './codecs.ts';
import type { MediaHealth, MediaSettings } from './port.ts';

type Mediasoup = typeof import('mediasoup');

/** A router and the WebRtcServer of its worker. Whoever asked for it closes the router; the workers close with the pool. */
export interface Home {
  router: types.Router;
  webRtcServer: types.WebRtcServer;
}

interface Running {
  worker: types.Worker;
  webRtcServer: types.WebRtcServer;
  /** How heavy each router's room is now. */
  weights: Map<types.Router, () => number>;
}

const RESTART_DELAYS_MS = [0, 200, 1_000, 5_000];

/**
 * The worker processes, one for each port. One that dies is replaced by another on the same port; its routers are lost,
 * which mediasoup tells them by `workerclose`.
 */
export class Workers {
  readonly #settings: MediaSettings;
  readonly #logger: Logger;
  readonly #mediasoup: Mediasoup;
  readonly #running: (Running | undefined)[];
  #waiting: (() => void)[] = [];
  readonly #replacements = new Set<Promise<void>>();
  readonly #closing = new AbortController();

  constructor(mediasoup: Mediasoup, settings: MediaSettings, logger: Logger) {
    this.#mediasoup = mediasoup;
    this.#settings = settings;
    this.#logger = logger;
    this.#running = Array.from({ length: settings.workers }, () => undefined);
  }

  async start(): Promise<void> {
    const starts = await Promise.allSettled(this.#running.map((_, index) => this.#spawn(index)));
    const failed = starts.find((s) => s.status === 'rejected');
    if (!failed) return;
    await this.close();
    throw failed.reason;
  }

  /** So many participants of a room are put on one worker before it gets another. */
  get spread(): number {
    return this.#settings.spread;
  }

  /**
   * A router on the least loaded worker that has none of these; undefined where each has one. Waits where all workers
   * are being replaced. Rejects once closed.
   */
  async place(weight: () => number, beside: readonly types.Router[]): Promise<Home | undefined> {
    for (;;) {
      this.#closing.signal.throwIfAborted();
      const free = this.#alive().filter(({ weights }) => !beside.some((router) => weights.has(router)));
      const home = leastLoaded(free);
      if (!home) {
        if (beside.length > 0) return undefined;
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
        continue;
      }
      const router = await createRouter(home, this.#settings);
      if (!router) continue;
      home.weights.set(router, weight);
      router.observer.once('close', () => home.weights.delete(router));
      return { router, webRtcServer: home.webRtcServer };
    }
  }

  health(): MediaHealth {
    const running = this.#alive().length;
    const all = this.#running.length;
    if (running === all) return { status: 'ok' };
    return { status: running > 0 ? 'ok' : 'down', detail: `${running} of ${all} workers` };
  }

  pids(): number[] {
    return this.#alive().map((r) => r.worker.pid);
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error('the media workers are closed'));
    this.#wake();
    await Promise.all(this.#replacements);
    await Promise.all(this.#alive().map(({ worker }) => closeWorker(worker)));
  }

  #alive(): Running[] {
    return this.#running.filter((r): r is Running => r !== undefined && !r.worker.closed);
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }

  async #spawn(index: number): Promise<void> {
    const worker = await this.#mediasoup.createWorker({ logLevel: 'warn' });
    worker.once('died', (error) => {
      this.#logger.error({ err: error, worker: index }, 'media worker died');
      const replacement = this.#replace(index).finally(() => this.#replacements.delete(replacement));
      this.#replacements.add(replacement);
    });
    const { host, announced, mediaPort } = this.#settings;
    try {
      const addresses = listenInfosFor({ host, announced, port: mediaPort + index }, localAddresses());
      const listenInfos = addresses.map((info) => (info.protocol === 'udp' ? { ...info, ...SHARED_BUFFERS } : info));
      const webRtcServer = await worker.createWebRtcServer({ listenInfos });
      this.#closing.signal.throwIfAborted();
      this.#running[index] = { worker, webRtcServer, weights: new Map() };
    } catch (error) {
      await closeWorker(worker);
      throw error;
    }
    this.#logger.info({ worker: index, pid: worker.pid, port: mediaPort + index }, 'media worker runs');
    this.#wake();
  }

  async #replace(index: number): Promise<void> {
    // One that dies again while it starts comes back here by its own `died`, or by the error below.
    if (this.#running[index] === undefined) return;
    this.#running[index] = undefined;
    const { signal } = this.#closing;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await wait(RESTART_DELAYS_MS[attempt] ?? RESTART_DELAYS_MS.at(-1), undefined, { signal });
        return await this.#spawn(index);
      } catch (error) {
        if (!signal.aborted) this.#logger.error({ err: error, worker: index, attempt }, 'media worker does not start');
      }
    }
  }
}

function leastLoaded(workers: readonly Running[]): Running | undefined {
  const load = ({ weights }: Running) => weights.values().reduce((sum, weight) => sum + 1 + weight(), 0);
  return workers.toSorted((a, b) => load(a) - load(b))[0];
}

/** Undefined where the worker died meanwhile: another one is to be asked. */
async function createRouter({ worker }: Running, settings: MediaSettings): Promise<types.Router | undefined> {
  try {
    const router = await worker.createRouter({ mediaCodecs: routerCodecs(settings.videoCodec) });
    return router.closed ? undefined : router;
  } catch (error) {
    if (worker.closed) return undefined;
    throw error;
  }
}

/** Asks it to go, and makes sure. */
async function closeWorker(worker: types.Worker): Promise<void> {
  if (worker.subprocessClosed) return;
  const gone = new Promise<void>((resolve) => worker.once('subprocessclose', resolve));
  worker.close();
  const timer = setTimeout(() => killIfThere(worker.pid), 3_000);
  await gone;
  clearTimeout(timer);
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone meanwhile.
  }
}
