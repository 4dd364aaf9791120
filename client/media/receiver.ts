import type { types } from 'mediasoup-client';
import { SvelteMap } from 'svelte/reactivity';
import type { ConsumerOffer } from '../../server/protocol/media.ts';
import type { SourceRef } from '../../server/protocol/records.ts';
import type { MediaPort } from './port.ts';
import type { StreamStats } from './reporting.ts';
import { keyOf } from './sources.ts';
import type { LiveTransport } from './transports.ts';

export interface Received {
  readonly from: SourceRef;
  readonly kind: 'audio' | 'video';
  readonly track: MediaStreamTrack;
}

/** What arrives in one media session, by source. It owns its consumers and its transport. */
export class Receiver {
  readonly received: SvelteMap<string, Received> = new SvelteMap();

  readonly #session: MediaPort;
  readonly #live: LiveTransport;
  /** Consumers by id; null while one is being set up. One that is not listed is no longer wanted. */
  readonly #consumers = new Map<string, types.Consumer | null>();

  constructor(session: MediaPort, live: LiveTransport) {
    this.#session = session;
    this.#live = live;
  }

  async open(offer: ConsumerOffer): Promise<void> {
    if (this.#consumers.has(offer.consumerId)) return;
    this.#consumers.set(offer.consumerId, null);
    try {
      const consumer = await this.#live.transport.consume({
        id: offer.consumerId,
        producerId: offer.producerId,
        kind: offer.kind,
        rtpParameters: offer.rtpParameters as types.RtpParameters,
        // Sound and picture of one participant belong together: the browser keeps them in sync by the stream's id.
        streamId: `${offer.from.participantId}-${isScreen(offer.from) ? 'screen' : 'camera'}`,
      });
      if (!this.#consumers.has(offer.consumerId)) return consumer.close();
      this.#consumers.set(offer.consumerId, consumer);
      const key = keyOf(offer.from);
      this.received.set(key, { from: offer.from, kind: offer.kind, track: consumer.track });
      consumer.observer.on('close', () => {
        // A newer consumer of the same source may have taken its place.
        if (this.received.get(key)?.track === consumer.track) this.received.delete(key);
      });
      await this.#session.request({ request: 'resumeConsumer', consumerId: offer.consumerId });
    } catch {
      // Gone meanwhile, or offline: then the next welcome says what stands, and it is opened again.
      this.close(offer.consumerId);
    }
  }

  close(consumerId: string): void {
    this.#consumers.get(consumerId)?.close();
    this.#consumers.delete(consumerId);
  }

  /** After a return to the room: exactly these consumers stand at the server. */
  returned(offers: readonly ConsumerOffer[]): void {
    const standing = new Set(offers.map(({ consumerId }) => consumerId));
    for (const consumerId of [...this.#consumers.keys()]) if (!standing.has(consumerId)) this.close(consumerId);
    for (const offer of offers) void this.open(offer);
    this.#live.restartIce();
  }

  /** Of everything received, as the browser counts it. Rejects where the transport is gone. */
  async stats(): Promise<StreamStats[]> {
    const report = await this.#live.transport.getStats();
    const byTrack = new Map(this.received.values().map((received) => [received.track.id, received]));
    const entries: Record<string, unknown>[] = [];
    report.forEach((entry: Record<string, unknown>) => {
      entries.push(entry);
    });
    return entries.flatMap((entry) => {
      const received = entry.type === 'inbound-rtp' ? byTrack.get(String(entry.trackIdentifier)) : undefined;
      return received ? [{ direction: 'down', stream: received.from, kind: received.kind, entries: [entry] }] : [];
    });
  }

  dispose(): void {
    this.#consumers.clear();
    this.#live.close();
    this.received.clear();
  }
}

function isScreen({ source }: SourceRef): boolean {
  return source === 'screen' || source === 'screenAudio';
}
