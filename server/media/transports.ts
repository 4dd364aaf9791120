import type { types } from 'mediasoup';
import type { z } from 'zod';
import type { IceServer, plainTransportOfferSchema, webRtcTransportOfferSchema } from '../protocol/media.ts';
import { Refused } from '../protocol/refusals.ts';
import { LOOPBACK } from './bounds.ts';
import type { LineCapacity } from './port.ts';
import type { Home } from './workers.ts';

/** Enough for a picture or two until the bandwidth estimate of the receiver is there, bit/s. */
const INITIAL_BITRATE = 1_500_000;

/** On the worker's one port; UDP where it gets through, TCP (RFC 6544) where not. */
export function openWebRtc({ router, webRtcServer }: Home): Promise<types.WebRtcTransport> {
  return router.createWebRtcTransport({
    webRtcServer,
    enableUdp: true,
    enableTcp: true,
    preferUdp: true,
    initialAvailableOutgoingBitrate: INITIAL_BITRATE,
  });
}

/** No more is sent down a line than it is configured to bear, nor asked of who sends up on it; kbit/s. */
export async function limitDown(transport: types.WebRtcTransport, { downKbps }: LineCapacity): Promise<void> {
  if (downKbps !== undefined) await unlessClosed(transport, transport.setMaxOutgoingBitrate(bitsOf(downKbps)));
}

/** From now on the line is taken to bear so much at least, kbit/s; 0: whatever it is found to bear. */
export async function keepDown(
  transport: types.WebRtcTransport,
  { downKbps = Infinity }: LineCapacity,
  kbps: number,
): Promise<void> {
  const floor = kbps === 0 ? 0 : bitsOf(Math.min(kbps, downKbps));
  await unlessClosed(transport, transport.setMinOutgoingBitrate(floor));
}

export async function limitUp(transport: types.WebRtcTransport, { upKbps }: LineCapacity): Promise<void> {
  if (upKbps !== undefined) await unlessClosed(transport, transport.setMaxIncomingBitrate(bitsOf(upKbps)));
}

/** mediasoup takes no less. */
function bitsOf(kbps: number): number {
  return Math.max(30_000, Math.round(kbps * 1000));
}

/** One that closes meanwhile needs no limit any more. */
async function unlessClosed(transport: types.WebRtcTransport, change: Promise<void>): Promise<void> {
  try {
    await change;
  } catch (error) {
    if (!transport.closed) throw error;
  }
}

/** Takes RTP from wherever the first packet comes from. */
export function openPlainSend({ router }: Home): Promise<types.PlainTransport> {
  return router.createPlainTransport({ listenInfo: LOOPBACK, rtcpMux: true, comedia: true });
}

/** Sends RTP to wherever it is connected. */
export function openPlainReceive({ router }: Home): Promise<types.PlainTransport> {
  return router.createPlainTransport({ listenInfo: LOOPBACK, rtcpMux: true, comedia: false });
}

export function webRtcOffer(
  t: types.WebRtcTransport,
  iceServers: IceServer[] | undefined,
): z.infer<typeof webRtcTransportOfferSchema> {
  const { id, iceParameters, iceCandidates, dtlsParameters } = t;
  return { transportId: id, iceParameters, iceCandidates, dtlsParameters, ...(iceServers ? { iceServers } : {}) };
}

export function plainOffer(t: types.PlainTransport): z.infer<typeof plainTransportOfferSchema> {
  return { transportId: t.id, ip: t.tuple.localAddress, port: t.tuple.localPort };
}

/**
 * Calls back once when the peer has ended DTLS or cannot do it: nothing passes any more. A lost path (ICE) is no such
 * end, it comes back by an ICE restart.
 */
export function onPeerGone(transport: types.WebRtcTransport, gone: () => void): void {
  transport.on('dtlsstatechange', (state) => {
    if (state === 'closed' || state === 'failed') gone();
  });
}

/** What a failed call into the worker means to whoever asked. */
export function refusalOf(error: unknown, owner: { closed: boolean }): Refused {
  if (error instanceof Refused) return error;
  if (owner.closed) return new Refused('mediaUnavailable');
  return new Refused('mediaUnsupported', error instanceof Error ? error.message : undefined);
}
