import { workerBinary } from '../infra/worker.ts';

/** mediasoup reads the variable when it is loaded; Vitest's workers inherit it. */
export default async function setup(): Promise<void> {
  process.env.MEDIASOUP_WORKER_BIN = await workerBinary();
}
