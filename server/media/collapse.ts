import type { types } from 'mediasoup';
import { z } from 'zod';
import type { Sample } from '../protocol/monitor.ts';

/** What is asked of mediasoup's transport. */
interface EstimatedTransport {
  readonly closed: boolean;
  enableTraceEvent(types: types.TransportTraceEventType[]): Promise<void>;
  on(event: 'trace', listener: (trace: types.TransportTraceEventData) => void): unknown;
}

interface Options {
  collapsed: () => void;
  failed: (error: unknown) => void;
}

const estimateSchema = z.object({ availableBitrate: z.number() });

/** An estimate that falls to less than this at once has lost packets; otherwise it goes down by some per cent a second. */
const COLLAPSE = 0.7;
/** Of the line's packets, lost: something is wrong with it. */
const LOSSY = 0.02;
/** So long nothing must be wrong with it, ms: it collapses a moment after it has come back. */
const GOOD_MS = 10_000;

/**
 * Calls back when what a weak line down is taken to bear collapses. So much has been lost then that its pictures cannot go on
 * without a key frame, and browsers do not ask for one before they have waited up to three seconds for packets that nobody
 * has any more. Its estimates, of which mediasoup tells about one a second, are asked for only while it is weak: a good line
 * costs nothing. It ends with the transport.
 */
export class Collapse {
  readonly #transport: EstimatedTransport;
  readonly #options: Options;
  /** Last told, bit/s. */
  #estimate = 0;
  /** When the line was last found weak, while estimates are told. */
  #weakAt: number | undefined;

  constructor(transport: EstimatedTransport, options: Options) {
    this.#transport = transport;
    this.#options = options;
    transport.on('trace', ({ type, info }) => {
      if (type === 'bwe') this.#told(info);
    });
  }

  /**
   * The line was measured, every second or two.
   * @param neededKbps all that it is to bear
   */
  review({ at, availableKbps, loss = 0 }: Pick<Sample, 'at' | 'availableKbps' | 'loss'>, neededKbps: number): void {
    if (availableKbps === undefined) return;
    const isTold = this.#weakAt !== undefined;
    if (loss >= LOSSY || availableKbps < neededKbps) this.#weakAt = at;
    else if (at - (this.#weakAt ?? at) >= GOOD_MS) this.#weakAt = undefined;
    const isWeak = this.#weakAt !== undefined;
    if (isWeak === isTold) return;
    this.#estimate = availableKbps * 1_000;
    this.#transport.enableTraceEvent(isWeak ? ['bwe'] : []).catch((error: unknown) => {
      if (!this.#transport.closed) this.#options.failed(error);
    });
  }

  #told(info: unknown): void {
    const { data: estimate } = estimateSchema.safeParse(info);
    if (!estimate) return;
    if (estimate.availableBitrate < this.#estimate * COLLAPSE) this.#options.collapsed();
    this.#estimate = estimate.availableBitrate;
  }
}
