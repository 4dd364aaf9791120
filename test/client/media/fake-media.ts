import { Device, FakeHandler, testFakeParameters } from 'mediasoup-client';
import type { MediaPort } from '../../../client/media/port.ts';
import type { LiveTransport } from '../../../client/media/transports.ts';
import type { ConsumerOffer, MediaRequest, RtpParametersDictionary } from '../../../server/protocol/media.ts';
import { type RefusalCode, Refused } from '../../../server/protocol/refusals.ts';

/** A connection that keeps what was asked of it and answers as a server would; `refusing` names what it refuses, `waiting` until when. */
export class FakePort implements MediaPort {
  readonly asked: MediaRequest[] = [];
  readonly refusing = new Map<MediaRequest['request'], RefusalCode>();
  readonly waiting = new Map<MediaRequest['request'], Promise<void>>();
  #producers = 0;

  async request(request: MediaRequest): Promise<unknown> {
    this.asked.push(request);
    await this.waiting.get(request.request);
    const code = this.refusing.get(request.request);
    if (code) throw new Refused(code);
    if (request.request === 'produce') {
      this.#producers += 1;
      return { producerId: `producer-${this.#producers}` };
    }
    if (request.request === 'restartIce') return { iceParameters: { usernameFragment: 'u', password: 'p' } };
    if (request.request === 'openTransport') {
      const { id, iceParameters, iceCandidates, dtlsParameters } =
        testFakeParameters.generateTransportRemoteParameters();
      return { transportId: id, iceParameters, iceCandidates, dtlsParameters };
    }
    return {};
  }

  names(): string[] {
    return this.asked.map(({ request }) => request);
  }
}

/** mediasoup-client as it is, over its own handler that needs no browser. */
export async function loadDevice(): Promise<Device> {
  const device = new Device({ handlerFactory: FakeHandler.createFactory(testFakeParameters) });
  await device.load({ routerRtpCapabilities: testFakeParameters.generateRouterRtpCapabilities() });
  return device;
}

export function liveTransport(device: Device, direction: 'send' | 'receive'): LiveTransport {
  const options = testFakeParameters.generateTransportRemoteParameters();
  const transport = direction === 'send' ? device.createSendTransport(options) : device.createRecvTransport(options);
  transport.on('connect', (_parameters, done) => done());
  return { transport, restartIce: () => undefined, close: () => transport.close() };
}

export function offer(consumerId: string, participantId: string, kind: 'audio' | 'video'): ConsumerOffer {
  const codecMimeType = kind === 'audio' ? 'audio/opus' : 'video/VP8';
  const { producerId, rtpParameters } = testFakeParameters.generateConsumerRemoteParameters({ codecMimeType });
  return {
    consumerId,
    producerId,
    kind,
    from: { participantId, source: kind === 'audio' ? 'microphone' : 'camera' },
    rtpParameters: rtpParameters as RtpParametersDictionary,
  };
}

/** A track, as the handler makes them for what it receives. */
export async function makeTrack(device: Device, kind: 'audio' | 'video'): Promise<MediaStreamTrack> {
  const { transport } = liveTransport(device, 'receive');
  const codecMimeType = kind === 'audio' ? 'audio/opus' : 'video/VP8';
  const consumer = await transport.consume(testFakeParameters.generateConsumerRemoteParameters({ codecMimeType }));
  return consumer.track;
}
