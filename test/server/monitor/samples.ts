import type { Sample } from '../../../server/protocol/monitor.ts';

/** A stream of somebody's camera, as the samples name it. */
export const cameraOf = (participantId: string) => ({ participantId, source: 'camera' as const });

/** One second of a line, measured by the server. */
export function second(participantId: string, at: number, figures: Partial<Sample>): Sample {
  return { at, participantId, direction: 'up', by: 'server', spanMs: 1_000, ...figures };
}

/** Each second from `from` on, until `to` is reached. */
export function* every(from: number, to: number): Generator<number> {
  for (let at = from; at < to; at += 1_000) yield at;
}
