import { Device, type types } from 'mediasoup-client';
import { type LineTestStage, TEST_SOURCE_ID } from '../../server/protocol/line-tests.ts';
import {
  type ConsumerOffer,
  type Notice,
  producedSchema,
  type RtpCapabilitiesDictionary,
  type RtpParametersDictionary,
} from '../../server/protocol/media.ts';
import type { ReportedSample } from '../../server/protocol/monitor.ts';
import type { SourceRef } from '../../server/protocol/records.ts';
import type { Welcome } from '../../server/protocol/wire.ts';
import type { Session, SessionListener } from '../session/session.svelte.ts';
import { type Counted, countedOf, type Entry, sampleOfDown } from './line-test-counts.ts';
import { openNoise } from './noise.ts';
import { type LiveTransport, openTransport } from './transports.ts';

const REPORT_MS = 1_000;
/** Where the congestion control begins: from there it probes up to six times as much within a second. */
const START_KBPS = 1_000;
const DOWN: SourceRef = { participantId: TEST_SOURCE_ID, source: 'camera' };
type Source = 'camera' | 'microphone';

/**
 * What a browser sends and receives while its line is tested: a quiet tone in the calm stage, a picture of noise to fill the way
 * up, nothing while the way down is filled; no camera and no microphone is opened. The page that makes it tells it each stage
 * and calls `close`.
 */
export class LineTestTraffic implements SessionListener {
  readonly #session: Session;
  readonly #upKbps: number;
  readonly #stopListening: () => void;
  readonly #noise = openNoise();
  readonly #lives = new Set<LiveTransport>();
  #sending: LiveTransport | undefined;
  readonly #timer: ReturnType<typeof setInterval>;
  #device: Promise<{ device: Device; receive: LiveTransport }> | undefined;
  #camera: types.Producer | undefined;
  #consumer: types.Consumer | undefined;
  #before: { at: number; counted: Counted } | undefined;
  #source: Source | undefined = 'microphone';
  #closed = false;

  /** @param upKbps what is sent at most */
  constructor(session: Session, upKbps: number) {
    this.#session = session;
    this.#upKbps = upKbps;
    this.#stopListening = session.listen(this);
    this.#timer = setInterval(() => void this.#report(), REPORT_MS);
  }

  enter(stage: LineTestStage): void {
    const source = stage === 'up' ? 'camera' : stage === 'down' ? undefined : 'microphone';
    if (source === this.#source) return;
    this.#source = source;
    // As above, where it cannot be sent.
    void this.#device?.then(({ device }) => this.#send(device)).catch(() => undefined);
  }

  welcomed(welcome: Welcome): void {
    // A connection that comes back finds its transports standing.
    if (this.#device) return;
    this.#device = this.#build(welcome);
    // The server sees that nothing comes and says so.
    this.#device.catch(() => undefined);
    for (const offer of welcome.consumers) void this.#open(offer);
  }

  noticed(notice: Notice): void {
    if (notice.notice === 'consumerOpened') void this.#open(notice);
  }

  interrupted(): void {}

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#stopListening();
    for (const live of this.#lives) live.close();
    this.#noise.close();
  }

  async #build(welcome: Welcome): Promise<{ device: Device; receive: LiveTransport }> {
    const device = await Device.factory();
    await device.load({ routerRtpCapabilities: welcome.routerRtpCapabilities as types.RtpCapabilities });
    const receive = await this.#transport(device, 'receive');
    const rtpCapabilities = device.recvRtpCapabilities as RtpCapabilitiesDictionary;
    await this.#session.request({ request: 'setRtpCapabilities', rtpCapabilities });
    await this.#session.request({ request: 'watch', pictures: [{ from: DOWN, spatialLayer: 2 }] });
    await this.#send(device);
    return { device, receive };
  }

  async #transport(device: Device, direction: 'send' | 'receive'): Promise<LiveTransport> {
    // A path that cannot be mended is the test's result.
    const live = await openTransport(this.#session, device, direction, () => undefined);
    this.#lives.add(live);
    if (this.#closed) live.close();
    return live;
  }

  /** By a transport of its own for each stage: an old one would grow for many seconds to what a new one probes at once. */
  async #send(device: Device): Promise<void> {
    this.#sending?.close();
    this.#camera = undefined;
    const source = this.#source;
    if (!source) return;
    const live = await this.#transport(device, 'send');
    this.#sending = live;
    const { transport } = live;
    transport.on('produce', ({ kind, rtpParameters }, done, failed) => {
      const parameters = rtpParameters as RtpParametersDictionary;
      const { id: transportId } = transport;
      this.#session
        .request({ request: 'produce', transportId, kind, sent: { source }, rtpParameters: parameters })
        .then((answer) => done({ id: producedSchema.parse(answer).producerId }))
        .catch(failed);
    });
    const { picture, tone } = this.#noise;
    const common = { stopTracks: false, disableTrackOnPause: false };
    if (source === 'microphone') {
      await transport.produce({ ...common, track: tone, codecOptions: { opusDtx: false, opusFec: false } });
      return;
    }
    this.#camera = await transport.produce({
      ...common,
      track: picture,
      encodings: [{ maxBitrate: this.#upKbps * 1000 }],
      codecOptions: { videoGoogleStartBitrate: Math.min(START_KBPS, this.#upKbps) },
    });
  }

  async #open(offer: ConsumerOffer): Promise<void> {
    try {
      const built = await this.#device;
      if (!built || this.#closed || offer.kind !== 'video') return;
      this.#consumer = await built.receive.transport.consume({
        id: offer.consumerId,
        producerId: offer.producerId,
        kind: offer.kind,
        rtpParameters: offer.rtpParameters as types.RtpParameters,
      });
      await this.#session.request({ request: 'resumeConsumer', consumerId: offer.consumerId });
    } catch {
      // As above: the server sees that nothing comes.
    }
  }

  async #report(): Promise<void> {
    try {
      const down = await this.#consumer?.getStats();
      const up = await this.#camera?.getStats();
      const counted = countedOf(entriesOf(down), entriesOf(up));
      const at = performance.now();
      const before = this.#before;
      this.#before = { at, counted };
      if (!before || this.#closed) return;
      const spanMs = Math.round(at - before.at);
      const common = { agoMs: 0, spanMs };
      const { roundTripMs, availableKbps } = counted;
      const roundTrip = roundTripMs === undefined ? {} : { roundTripMs };
      const available = availableKbps === undefined ? {} : { availableKbps };
      const own: SourceRef = { participantId: this.#session.participantId, source: 'camera' };
      const samples: ReportedSample[] = [
        { ...common, direction: 'down', stream: DOWN, ...sampleOfDown(before.counted, counted, spanMs) },
        ...(counted.isSlow
          ? [{ ...common, direction: 'up' as const, stream: own, limited: 'processor' as const }]
          : []),
        { ...common, direction: 'up', ...roundTrip, ...available },
      ];
      await this.#session.request({ request: 'reportSamples', samples });
    } catch {
      // Offline, or closed meanwhile.
    }
  }
}

function entriesOf(report: RTCStatsReport | undefined): Entry[] {
  const entries: Entry[] = [];
  report?.forEach((entry: Entry) => {
    entries.push(entry);
  });
  return entries;
}
