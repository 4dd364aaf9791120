import type { types } from 'mediasoup';
import { LOOPBACK } from './bounds.ts';
import type { SentStream } from './context.ts';

interface Pipe {
  users: number;
  readonly ready: Promise<types.Producer>;
}

const nothing = () => undefined;

/**
 * Streams on routers of other workers than their own, each there only while somebody there receives it. A pipe closes
 * with either router; its last user closes it otherwise.
 */
export class Pipes {
  readonly #pipes = new Map<string, Pipe>();

  /** Resolves when the stream can be consumed at `router`, with the call that gives it up again. Rejects where it cannot. */
  async take({ producer, router: from }: SentStream, router: types.Router): Promise<() => void> {
    if (from === router) return nothing;
    const key = `${producer.id} ${router.id}`;
    const pipe = this.#pipes.get(key) ?? this.#open(key, producer, from, router);
    pipe.users++;
    try {
      await pipe.ready;
    } catch (error) {
      pipe.users--;
      throw error;
    }
    return () => this.#giveUp(key, pipe);
  }

  #open(key: string, producer: types.Producer, from: types.Router, router: types.Router): Pipe {
    const ready = pipeTo(producer.id, from, router);
    const pipe = { users: 0, ready };
    this.#pipes.set(key, pipe);
    const forget = () => {
      if (this.#pipes.get(key) === pipe) this.#pipes.delete(key);
    };
    ready.then((piped) => (piped.closed ? forget() : piped.observer.once('close', forget)), forget);
    return pipe;
  }

  /** One that is still being made is closed when it stands, unless somebody wants it by then. */
  #giveUp(key: string, pipe: Pipe): void {
    pipe.users--;
    pipe.ready.then((piped) => {
      if (pipe.users === 0 && this.#pipes.get(key) === pipe) piped.close();
    }, nothing);
  }
}

async function pipeTo(producerId: string, from: types.Router, router: types.Router): Promise<types.Producer> {
  const { pipeProducer } = await from.pipeToRouter({ producerId, router, listenInfo: LOOPBACK, enableSctp: false });
  if (!pipeProducer) throw new Error(`producer ${producerId} was not piped`);
  return pipeProducer;
}
