import type { Device, types } from 'mediasoup-client';
import type { z } from 'zod';
import { webRtcTransportOfferSchema } from '../../server/protocol/media.ts';
import { refusalOf } from '../session/refused.ts';
import type { MediaPort } from './port.ts';

/** RFC 8445 leaves the pace to us: a short loss heals by itself, a longer one needs new candidates. */
const RESTART_AFTER_MS = 1500;
const RESTART_AGAIN_MS = 4000;
const MOST_RESTARTS = 5;

const restartedSchema = webRtcTransportOfferSchema.pick({ iceParameters: true, iceServers: true });

/** A transport that keeps its path alive. Whoever opened it closes it. */
export interface LiveTransport {
  readonly transport: types.Transport;
  restartIce(): void;
  close(): void;
}

/**
 * Opens the transport of one direction at both ends. Throws `Refused`.
 * @param lost called once when the path cannot be mended: the media session has to be built anew
 */
export async function openTransport(
  session: MediaPort,
  device: Device,
  direction: 'send' | 'receive',
  lost: () => void,
): Promise<LiveTransport> {
  const offer = webRtcTransportOfferSchema.parse(await session.request({ request: 'openTransport', direction }));
  const options = {
    id: offer.transportId,
    iceParameters: offer.iceParameters as types.IceParameters,
    iceCandidates: offer.iceCandidates as types.IceCandidate[],
    dtlsParameters: offer.dtlsParameters as types.DtlsParameters,
    ...(offer.iceServers ? { iceServers: offer.iceServers } : {}),
  };
  const transport = direction === 'send' ? device.createSendTransport(options) : device.createRecvTransport(options);
  transport.on('connect', ({ dtlsParameters }, done, failed) => {
    session.request({ request: 'connectTransport', transportId: transport.id, dtlsParameters }).then(done, failed);
  });
  return keepAlive(session, transport, lost);
}

function keepAlive(session: MediaPort, transport: types.Transport, lost: () => void): LiveTransport {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let restarts = 0;
  let isAsking = false;

  /**
   * One at a time: a second one makes the server forget what this side still goes by. Only those that the server has
   * answered count: while signalling stands still too, the path may come back by itself, and nothing new could be built.
   */
  const restartIce = async (): Promise<void> => {
    clearTimeout(timer);
    if (transport.closed || isAsking) return;
    if (restarts >= MOST_RESTARTS) return lost();
    isAsking = true;
    try {
      const answer = await session.request({ request: 'restartIce', transportId: transport.id });
      restarts += 1;
      await apply(restartedSchema.parse(answer));
    } catch (error) {
      if (refusalOf(error).code === 'transportUnknown') return lost();
    } finally {
      isAsking = false;
    }
    if (transport.closed) return;
    if (transport.connectionState === 'connected') settle();
    else restartIn(RESTART_AGAIN_MS);
  };
  /** In place of what was planned: the restart itself may have had it disconnected for a moment. */
  const restartIn = (ms: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void restartIce(), ms);
  };
  const apply = async ({ iceParameters, iceServers }: z.infer<typeof restartedSchema>): Promise<void> => {
    if (iceServers && !transport.closed) await transport.updateIceServers({ iceServers });
    if (!transport.closed) await transport.restartIce({ iceParameters: iceParameters as types.IceParameters });
  };
  const settle = (): void => {
    clearTimeout(timer);
    restarts = 0;
  };

  transport.on('connectionstatechange', (state) => {
    if (state === 'connected') settle();
    else if (state === 'failed') void restartIce();
    else if (state === 'disconnected') restartIn(RESTART_AFTER_MS);
  });
  return {
    transport,
    // Nothing to restart before the first connection (RFC 8445 9 is about sessions that stand).
    restartIce: () => {
      if (transport.connectionState !== 'new') void restartIce();
    },
    close: () => {
      clearTimeout(timer);
      transport.close();
    },
  };
}
