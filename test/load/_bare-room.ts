/**
 * The peer of `lines`: mediasoup and mediasoup-client as they come, with the same browsers, cameras and layers, and with nothing
 * that decides who gets what of a line.
 */
import { createWorker, type types } from 'mediasoup';
import type { ShapedLine } from '../e2e/shaped-line.ts';
import { openPages, type PeerPages, type Seats } from './_peer-pages.ts';

const CODECS: types.RtpCodecCapability[] = [
  { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2, preferredPayloadType: 100 },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000, preferredPayloadType: 101 },
];

/** One participant's end at the room. */
interface End {
  transports: Map<string, types.WebRtcTransport>;
  producers: types.Producer[];
  consumers: types.Consumer[];
}

interface Asked {
  transportId: string;
  kind: types.MediaKind;
  rtpParameters: types.RtpParameters;
  rtpCapabilities: types.RtpCapabilities;
  dtlsParameters: types.DtlsParameters;
}

/** Both see and hear each other. The caller closes it. */
export async function openBareRoom(line: ShapedLine, seats: Seats): Promise<PeerPages> {
  const worker = await createWorker({ logLevel: 'none' });
  try {
    const router = await worker.createRouter({ mediaCodecs: CODECS });
    const ends: [End, End] = [newEnd(), newEnd()];
    const { pages, close } = await openPages(line, seats, '_bare-room-page.ts', (at, what, about) =>
      // The page is ours.
      answer({ router, ip: line.centre, own: ends[at], other: ends[at === 0 ? 1 : 0] }, what, about as Asked),
    );
    const closeAll = async () => {
      await close();
      worker.close();
    };
    return { pages, close: closeAll };
  } catch (error) {
    worker.close();
    throw error;
  }
}

function newEnd(): End {
  return { transports: new Map(), producers: [], consumers: [] };
}

interface Context {
  router: types.Router;
  ip: string;
  own: End;
  other: End;
}

async function answer({ router, ip, own, other }: Context, what: string, about: Asked): Promise<unknown> {
  const transport = own.transports.get(about.transportId);
  if (what === 'capabilities') return router.rtpCapabilities;
  if (what === 'openTransport') {
    const opened = await router.createWebRtcTransport({ listenInfos: [{ protocol: 'udp', ip }] });
    own.transports.set(opened.id, opened);
    const { id, iceParameters, iceCandidates, dtlsParameters } = opened;
    return { id, iceParameters, iceCandidates, dtlsParameters };
  }
  if (what === 'resume') return Promise.all(own.consumers.map((consumer) => consumer.resume()));
  if (!transport) throw new Error(`${what}: no such transport`);
  if (what === 'connect') return transport.connect({ dtlsParameters: about.dtlsParameters });
  if (what === 'produce') {
    const producer = await transport.produce({ kind: about.kind, rtpParameters: about.rtpParameters });
    own.producers.push(producer);
    return producer.id;
  }
  const { rtpCapabilities } = about;
  const consumers = other.producers.map(({ id }) =>
    transport.consume({ producerId: id, rtpCapabilities, paused: true }),
  );
  own.consumers = await Promise.all(consumers);
  return own.consumers.map(({ id, producerId, kind, rtpParameters }) => ({ id, producerId, kind, rtpParameters }));
}
