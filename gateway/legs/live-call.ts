import type { Command } from '../../server/protocol/commands.ts';
import type { Call, CallCause } from '../../server/protocol/records.ts';

export type CallReport = Omit<Extract<Command, { verb: 'reportCall' }>, 'verb' | 'callId'>;

/** A call as long as it is not over. */
export interface LiveCall {
  end(cause: CallCause): void;
  follow?(call: Call): void;
}
