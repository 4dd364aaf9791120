import type { types } from 'mediasoup-client';
import type { ParticipantId } from '../../server/protocol/ids.ts';
import { producedSchema, type RtpParametersDictionary } from '../../server/protocol/media.ts';
import type { Welcome } from '../../server/protocol/wire.ts';
import { backOff } from '../session/connection.ts';
import { refusalOf } from '../session/refused.ts';
import { sendingOf } from './encodings.ts';
import { Layers } from './layers.ts';
import { LineProbe, sentOf } from './line-probe.ts';
import { LineReturn } from './line-return.ts';
import type { MediaPort } from './port.ts';
import type { StreamStats } from './reporting.ts';
import { kindOf, LOCAL_SOURCES, type LocalSource } from './sources.ts';
import type { LiveTransport } from './transports.ts';

export type LocalTracks = Readonly<Record<LocalSource, MediaStreamTrack | null>>;

/** How often it is looked what the line bears, ms. */
const LOOK_MS = 250;
const NOTHING: LocalTracks = { camera: null, microphone: null, screen: null, screenAudio: null };

/**
 * Makes what is produced equal to the tracks that are there: one step after the other, again and again until nothing
 * differs. It owns its producers and the transport that it opens; the tracks belong to `LocalMedia`.
 */
export class Publisher {
  readonly #session: MediaPort;
  readonly #open: () => Promise<LiveTransport>;
  readonly #producers = new Map<LocalSource, types.Producer>();
  /** By producer. */
  readonly #layers = new Map<string, Layers>();
  /** What was said of producers before this side knew them. */
  readonly #early = new Map<string, readonly number[]>();
  /** What the server will not take in this media session, not to be offered again. */
  readonly #unsupported = new Set<MediaStreamTrack>();
  #live: LiveTransport | null = null;
  #wanted: LocalTracks = NOTHING;
  #working = false;
  #again = false;
  #closed = false;
  #failures = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  readonly #probe = new LineProbe();
  readonly #return = new LineReturn();
  readonly #probing: ReturnType<typeof setInterval>;

  constructor(session: MediaPort, open: () => Promise<LiveTransport>) {
    this.#session = session;
    this.#open = open;
    this.#probing = setInterval(() => void this.#probeLine(), LOOK_MS);
  }

  send(tracks: LocalTracks): void {
    this.#wanted = tracks;
    void this.#reconcile();
  }

  /** After a return to the room: what the server lost is produced again, what it kept too long is closed. */
  returned(producers: Welcome['producers']): void {
    const kept = new Set(producers.map(({ producerId }) => producerId));
    for (const [source, producer] of this.#producers) if (!kept.has(producer.id)) this.#drop(source);
    const own = new Set([...this.#producers.values()].map(({ id }) => id));
    for (const producerId of kept) if (!own.has(producerId)) this.#tellClosed(producerId);
    // What was said meanwhile was not heard.
    for (const layers of this.#layers.values()) layers.set('all');
    this.#live?.restartIce();
    void this.#reconcile();
  }

  /** Of the pictures that are sent, as the browser counts them. Rejects where a producer has just been closed. */
  stats(participantId: ParticipantId): Promise<StreamStats[]> {
    const pictures = [...this.#producers].filter(([source]) => kindOf(source) === 'video');
    return Promise.all(
      pictures.map(async ([source, producer]): Promise<StreamStats> => {
        const entries: Record<string, unknown>[] = [];
        (await producer.getStats()).forEach((entry: Record<string, unknown>) => {
          if (entry.type === 'outbound-rtp') entries.push(entry);
        });
        return { direction: 'up', stream: { participantId, source }, kind: 'video', entries };
      }),
    );
  }

  /** The server closed a producer: its transport or worker is gone. */
  lost(producerId: string): void {
    for (const [source, producer] of this.#producers) {
      if (producer.id !== producerId) continue;
      this.#drop(source);
      this.#later();
    }
  }

  /** Which layers of this producer anyone receives. */
  wantLayers(producerId: string, wanted: readonly number[]): void {
    const layers = this.#layers.get(producerId);
    if (layers) layers.set(wanted);
    else this.#early.set(producerId, wanted);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearInterval(this.#probing);
    this.#live?.close();
    this.#producers.clear();
    this.#layers.clear();
  }

  async #reconcile(): Promise<void> {
    this.#again = true;
    if (this.#working) return;
    this.#working = true;
    while (this.#again && !this.#closed) {
      this.#again = false;
      try {
        for (const source of LOCAL_SOURCES) await this.#settle(source);
        this.#failures = 0;
      } catch {
        this.#later();
      }
    }
    this.#working = false;
  }

  async #settle(source: LocalSource): Promise<void> {
    const track = this.#wanted[source];
    const producer = this.#producers.get(source);
    if (this.#closed || track === (producer?.track ?? null)) return;
    if (!track) {
      this.#drop(source);
      if (producer) this.#tellClosed(producer.id);
    } else if (producer) await producer.replaceTrack({ track });
    else await this.#produce(source, track);
  }

  async #produce(source: LocalSource, track: MediaStreamTrack): Promise<void> {
    if (track.readyState === 'ended' || this.#unsupported.has(track)) return;
    const { transport } = await this.#transport();
    try {
      const producer = await transport.produce({
        track,
        ...sendingOf(source, track),
        stopTracks: false,
        disableTrackOnPause: false,
        appData: { source },
      });
      if (this.#closed) return;
      this.#producers.set(source, producer);
      this.#gainLayers(producer);
    } catch (error) {
      if (refusalOf(error).code !== 'mediaUnsupported') throw error;
      this.#unsupported.add(track);
    }
  }

  async #transport(): Promise<LiveTransport> {
    if (this.#live) return this.#live;
    const live = await this.#open();
    if (this.#closed) {
      live.close();
      throw new Error('closed');
    }
    live.transport.on('produce', ({ kind, rtpParameters, appData }, done, failed) => {
      const source = LOCAL_SOURCES.find((s) => s === appData.source);
      if (!source || kindOf(source) !== kind) return failed(new Error('unknown source'));
      this.#session
        .request({
          request: 'produce',
          transportId: live.transport.id,
          kind,
          sent: { source },
          rtpParameters: rtpParameters as RtpParametersDictionary,
        })
        .then((answer) => done({ id: producedSchema.parse(answer).producerId }))
        .catch(failed);
    });
    this.#live = live;
    return live;
  }

  async #probeLine(): Promise<void> {
    const camera = this.#producers.get('camera');
    const layers = camera && this.#layers.get(camera.id);
    if (!camera || !layers) return;
    layers.keep();
    try {
      const sent = sentOf(await camera.getStats());
      if (!sent) return;
      const now = performance.now();
      if (this.#return.isNow(sent, now)) layers.beginAnew();
      if (this.#probe.isDue(sent, now)) layers.askForMore();
    } catch {
      // It has just been closed.
    }
  }

  #gainLayers({ id, rtpSender, rtpParameters }: types.Producer): void {
    const early = this.#early.get(id);
    this.#early.clear();
    if (!rtpSender || (rtpParameters.encodings?.length ?? 1) < 2) return;
    const layers = new Layers(rtpSender);
    this.#layers.set(id, layers);
    if (early) layers.set(early);
  }

  #drop(source: LocalSource): void {
    const producer = this.#producers.get(source);
    if (!producer) return;
    producer.close();
    this.#layers.delete(producer.id);
    this.#producers.delete(source);
  }

  #tellClosed(producerId: string): void {
    // Where this is refused, the producer is gone already.
    this.#session.request({ request: 'closeProducer', producerId }).catch(() => undefined);
  }

  #later(): void {
    clearTimeout(this.#retry);
    this.#failures += 1;
    this.#retry = setTimeout(() => void this.#reconcile(), backOff(this.#failures));
  }
}
