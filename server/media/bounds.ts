import type { types } from 'mediasoup';
import type { Kind } from '../protocol/records.ts';

/** How much of the media part one participant may hold. Above it: `tooManyStreams`. */
export interface Bounds {
  /** Transports to send on. A browser's second one replaces the first; a service opens one for each stream. */
  sendTransports: number;
  producers: number;
  /** Streams on their way to this participant: every open microphone and every picture watched. */
  consumers: number;
}

export const BOUNDS: Record<Kind, Bounds> = {
  browser: { sendTransports: 1, producers: 4, consumers: 320 },
  // Microphone, camera and screen; a leg that starts again opens the new ones beside the old. It consumes a mix, its picture,
  // what is presented, and for a moment those that take their place.
  sip: { sendTransports: 8, producers: 3, consumers: 8 },
  simulator: { sendTransports: 4, producers: 3, consumers: 8 },
  // A picture of each kind, one for each bridge, mix, and a mix-minus for each codec that speaks; 160 do so at most.
  composer: { sendTransports: 164, producers: 162, consumers: 320 },
  // Program, mix, what is presented, and picture and sound of everyone who speaks.
  recorder: { sendTransports: 0, producers: 0, consumers: 320 },
  gateway: { sendTransports: 0, producers: 0, consumers: 0 },
};

/** Requests of one participant that wait for an earlier one; above it: `tooManyMessages`. */
export const MAX_WAITING_REQUESTS = 64;

/** Simulcast layers of one picture: `spatialLayer` 0 to 2. */
export const MAX_ENCODINGS = 3;

/**
 * Ports of the services' plain transports and of pipes, all on loopback: below Linux's ephemeral ports and apart from
 * the settings' defaults for browsers (44400) and codecs (40000 to 43999).
 */
const PLAIN_PORTS = { min: 20_000, max: 29_999 };

/**
 * Octets that wait where the worker is busy for a moment: a key frame comes in one burst, and all browsers of a worker share
 * a socket. Linux gives no more than `net.core.rmem_max` and `wmem_max`.
 */
const BUFFER = { own: 1_000_000, shared: 4_000_000 };
export const SHARED_BUFFERS = { recvBufferSize: BUFFER.shared, sendBufferSize: BUFFER.shared };

/** For services, and between workers. */
export const LOOPBACK: types.TransportListenInfo = {
  ...{ protocol: 'udp', ip: '127.0.0.1', portRange: PLAIN_PORTS },
  ...{ recvBufferSize: BUFFER.own, sendBufferSize: BUFFER.own },
};
