import type { Logger } from 'pino';
import type { Settings } from '../server/config.ts';
import type { RecordingId } from '../server/protocol/ids.ts';
import type { Control } from './session/control.ts';
import type { ServerAddress } from './session/wire.ts';
import type { SipEdge } from './sip/index.ts';

/** What every part of the gateway shares. Made and closed by `index.ts`. */
export interface GatewayContext {
  settings: Settings;
  server: ServerAddress;
  control: Control;
  /** Missing where SIP is switched off. */
  sip?: SipEdge;
  /** A recording is over: it is looked through when there is time. */
  inspect: (recordingId: RecordingId) => void;
  logger: Logger;
}
