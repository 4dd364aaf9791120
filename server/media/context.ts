import type { types } from 'mediasoup';
import type { Logger } from 'pino';
import type { IceServer } from '../protocol/media.ts';
import type { SourceRef } from '../protocol/records.ts';
import type { LayerDemand } from './layer-demand.ts';
import type { Pipes } from './pipes.ts';
import type { RoomMediaHooks } from './port.ts';
import type { Price } from './price.ts';
import type { Stills } from './stills.ts';
import type { Home } from './workers.ts';

/** A source that is being sent. Owned by its participant's `Sending`. */
export interface SentStream {
  ref: SourceRef;
  producer: types.Producer;
  /** Its sender's. */
  router: types.Router;
  price: Price;
  /** Of a picture in several layers. */
  demand?: LayerDemand;
}

/** What the sessions of one room share. */
export interface RoomContext {
  hooks: RoomMediaHooks;
  logger: Logger;
  stills: Stills;
  pipes: Pipes;
  /** Of one participant. Throws `Refused` (`mediaUnavailable`) while the room has no worker. */
  home(participantId: string): Home;
  /** TURN servers for one participant, with credentials that are good from now on; none where there are none. */
  relays(participantId: string): IceServer[] | undefined;
  find(ref: SourceRef): SentStream | undefined;
  streams(): Iterable<SentStream>;
  /** A stream came or went: whoever may have it now gets it, whoever had it loses it. */
  streamChanged(stream: SentStream): void;
}
