import type { ConsumerOffer, MediaRequest, Notice, RtpCapabilitiesDictionary } from '../protocol/media.ts';
import type { Sample } from '../protocol/monitor.ts';
import type { RoomState, SentSource } from '../protocol/records.ts';
import type { Effect } from '../room/effects.ts';
import type { SystemCommand } from '../room/system-commands.ts';
import type { RelaySettings } from './relay.ts';

export interface MediaSettings {
  /** Worker processes; one a core is right. */
  workers: number;
  /** So many participants of one room are on a worker before the room gets another. */
  spread: number;
  /** Worker number i listens on UDP and TCP `mediaPort + i`. */
  mediaPort: number;
  /** Bind address: one of this machine's, or `0.0.0.0`/`::` for all of them. */
  host: string;
  /** Addresses that browsers are told; names and addresses of a NAT outside are allowed. */
  announced: string[];
  /** Only where one was set up. */
  relay?: RelaySettings;
  /** What browsers should send: the order of the router's codecs. */
  videoCodec: 'vp8' | 'h264';
  /** Path of the mediasoup worker's binary. */
  workerBin: string;
}

export interface LineCapacity {
  upKbps?: number | undefined;
  downKbps?: number | undefined;
}

/** What the media part needs to know of a room, and whom it tells. Every call is synchronous and does not throw. */
export interface RoomMediaHooks {
  /** The room's committed state now. */
  state(): RoomState;
  notify(participantId: string, notice: Notice): void;
  /** What was measured of the lines of browsers. */
  measured(samples: Sample[]): void;
  /** What is configured of a participant's line, kbit/s. */
  capacity(participantId: string): LineCapacity;
  /** Whether this participant's line is not good now. */
  isStrained(participantId: string): boolean;
  /** Into the room through the one loop. */
  report(command: SystemCommand): void;
  /** A worker of the room died. Each participant that was on it has another place and has been told (`mediaLost`). */
  mediaLost(): void;
}

/** A participant's media session, for `Welcome`. */
export interface MediaSession {
  mediaSession: string;
  consumers: ConsumerOffer[];
  producers: { producerId: string; sent: SentSource }[];
}

/** What a worker holds of one room, counted by the worker itself. */
export interface MediaCount {
  transports: number;
  producers: number;
  consumers: number;
}

/** Owned by whoever opened it; the node closes the rest. */
export interface RoomMedia {
  routerRtpCapabilities: RtpCapabilitiesDictionary;
  /**
   * Makes media follow the committed state. What has to end has ended when this returns; what begins is still under way
   * when it resolves, so that no closing gate waits for an opening one. Never rejects: what fails is reported as
   * `reportEffectFailure`.
   */
  perform(effect: Effect): Promise<void>;
  /** The answer of protocol/media.ts for this request. Rejects with `Refused`. `resync` is not for this part. */
  request(participantId: string, request: MediaRequest): Promise<unknown>;
  /** Opens a session where the participant has none yet. Throws `Refused` for someone who is not in the room. */
  session(participantId: string): MediaSession;
  count(): Promise<MediaCount>;
  close(): Promise<void>;
}

export interface MediaHealth {
  status: 'ok' | 'down';
  detail?: string;
}

/** Owns the workers and every open room. */
export interface MediaNode {
  /** Rejects where no worker runs. */
  openRoom(roomId: string, hooks: RoomMediaHooks): Promise<RoomMedia>;
  health(): MediaHealth;
  /** Process ids of the running workers, in the order of their ports. */
  workerPids(): number[];
  /** Resolves when the worker processes are gone. */
  close(): Promise<void>;
}
