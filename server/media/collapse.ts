import type { types } from 'mediasoup';
import { z } from 'zod';

/** What is asked of mediasoup's transport. */
interface EstimatedTransport {
  readonly closed: boolean;
  enableTraceEvent(types: ['bwe']): Promise<void>;
  on(event: 'trace', listener: (trace: types.TransportTraceEventData) => void): unknown;
}

interface Options {
  collapsed: () => void;
  failed: (error: unknown) => void;
}

const estimateSchema = z.object({ availableBitrate: z.number() });

/** An estimate that falls to less than this at once has lost packets; otherwise it goes down by some per cent a second. */
const COLLAPSE = 0.7;

/**
 * Calls back when what a line down is taken to bear collapses. So much has been lost then that its pictures cannot go on
 * without a key frame, and browsers do not ask for one before they have waited up to three seconds for packets that nobody
 * has any more. It ends with the transport.
 */
export function onCollapse(transport: EstimatedTransport, { collapsed, failed }: Options): void {
  let before = 0;
  transport.on('trace', ({ type, info }) => {
    if (type !== 'bwe') return;
    const { data: estimate } = estimateSchema.safeParse(info);
    if (!estimate) return;
    if (estimate.availableBitrate < before * COLLAPSE) collapsed();
    before = estimate.availableBitrate;
  });
  transport.enableTraceEvent(['bwe']).catch((error: unknown) => {
    if (!transport.closed) failed(error);
  });
}
