import { Device, type types } from 'mediasoup-client';
import { untrack } from 'svelte';
import type { ParticipantId } from '../../server/protocol/ids.ts';
import type { ConsumerOffer, Notice, RtpCapabilitiesDictionary, Watched } from '../../server/protocol/media.ts';
import type { SourceRef } from '../../server/protocol/records.ts';
import type { Welcome } from '../../server/protocol/wire.ts';
import { backOff } from '../session/connection.ts';
import type { Session, SessionListener } from '../session/session.svelte.ts';
import type { LocalMedia } from './local-media.svelte.ts';
import { Playback, type Sound } from './playback.svelte.ts';
import { Publisher } from './publisher.ts';
import { Receiver } from './receiver.ts';
import { Reporter, type StreamStats } from './reporting.ts';
import { keyOf, LOCAL_SOURCES } from './sources.ts';
import { Stills } from './stills.ts';
import { openTransport } from './transports.ts';
import { Viewing } from './viewing.ts';

/** What stands while one media session at the server does. */
interface Standing {
  readonly publisher: Publisher;
  readonly receiver: Receiver;
}

/** A media session by the server's name, and what the server opened in it before this side was ready. */
interface Attempt {
  readonly name: string;
  early: readonly ConsumerOffer[];
}

/**
 * Sends what `LocalMedia` has open, fetches what visible elements show, plays what may be heard; and builds all of it
 * anew whenever the server says that it is gone. The page that makes it calls `close`; it owns transports, producers,
 * consumers and audio elements, neither the session nor the local tracks.
 */
export class MediaSession implements SessionListener {
  readonly playback: Playback = new Playback();
  readonly #session: Session;
  readonly #local: LocalMedia;
  readonly #viewing: Viewing;
  readonly #stills: Stills;
  readonly #reporter: Reporter;
  readonly #stopListening: () => void;
  readonly #stopEffects: () => void;
  #standing: Standing | null = $state.raw(null);
  /** The media session that stands or is being built. Another one here makes what is under way void. */
  #current: Attempt | null = null;
  #attempts = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(session: Session, local: LocalMedia) {
    this.#session = session;
    this.#local = local;
    this.#viewing = new Viewing((pictures) => this.#watch(pictures));
    this.#stills = new Stills(() => this.#watchStills());
    this.#stopEffects = $effect.root(() => {
      $effect(() => this.#standing?.publisher.send({ ...local.tracks }));
      $effect(() => local.silence(session.self?.muted ?? false));
      $effect(() => this.playback.play(this.#sounds()));
      $effect(() => this.playback.setSpeaker(local.chosen.speaker ?? ''));
    });
    this.#stopListening = untrack(() => session.listen(this));
    this.#reporter = new Reporter(session, () => this.#stats());
  }

  /** The track of a source, one's own included; null while there is none. */
  trackOf(source: SourceRef): MediaStreamTrack | null {
    if (source.participantId === this.#session.participantId) {
      const own = LOCAL_SOURCES.find((s) => s === source.source);
      return own ? this.#local.tracks[own] : null;
    }
    return this.#standing?.receiver.received.get(keyOf(source))?.track ?? null;
  }

  /** An attachment: while the element is visible, the source is fetched at the element's size. */
  readonly view =
    (source: SourceRef) =>
    (element: HTMLElement): (() => void) => {
      if (source.participantId === this.#session.participantId) return () => undefined;
      return this.#viewing.add(element, source);
    };

  /** The last still of this participant's camera, for an image; null while there is none. */
  stillOf(participantId: ParticipantId): string | null {
    return this.#stills.pictures.get(participantId) ?? null;
  }

  /** An attachment, for operators: while the element is visible, stills of this codec are fetched. */
  readonly viewStill =
    (participantId: ParticipantId) =>
    (element: HTMLElement): (() => void) =>
      this.#stills.add(element, participantId);

  /** Silent at once, whatever the connection does; throws `Refused` and is as before where the room did not note it. */
  async mute(muted: boolean): Promise<void> {
    this.#local.silence(muted);
    try {
      await this.#session.command({ verb: 'muteSelf', muted });
    } catch (error) {
      this.#local.silence(this.#session.self?.muted ?? false);
      throw error;
    }
  }

  /** Something is sent or received through this media session; false while it is (re)built. */
  get ready(): boolean {
    return this.#standing !== null;
  }

  welcomed(welcome: Welcome): void {
    clearTimeout(this.#retry);
    if (this.#stills.wanted().length > 0) this.#watchStills();
    const { mediaSession: name, consumers, producers } = welcome;
    if (this.#current?.name !== name) {
      this.#tearDown();
      this.#current = { name, early: consumers };
      void this.#build(this.#current, welcome.routerRtpCapabilities);
    } else if (this.#standing) {
      this.#standing.receiver.returned(consumers);
      this.#standing.publisher.returned(producers);
      this.#watch(this.#viewing.pictures());
    } else this.#current.early = consumers;
  }

  noticed(notice: Notice): void {
    switch (notice.notice) {
      case 'consumerOpened':
        if (this.#standing) void this.#standing.receiver.open(notice);
        else if (this.#current) this.#current.early = [...this.#current.early, notice];
        return;
      case 'consumerClosed':
        this.#consumerClosed(notice.consumerId);
        return;
      case 'producerClosed':
        this.#standing?.publisher.lost(notice.producerId);
        return;
      case 'layersWanted':
        this.#standing?.publisher.wantLayers(notice.producerId, notice.layers);
        return;
      case 'mediaLost':
        this.#rebuild();
        return;
      case 'still':
        this.#stills.received(notice);
        return;
    }
  }

  interrupted(): void {
    // Transports outlive the socket: pictures and sound go on while the connection comes back.
    clearTimeout(this.#retry);
  }

  close(): void {
    clearTimeout(this.#retry);
    this.#reporter.close();
    this.#stopListening();
    this.#stopEffects();
    this.#viewing.close();
    this.#stills.close();
    this.#tearDown();
    this.playback.close();
  }

  async #build(attempt: Attempt, capabilities: RtpCapabilitiesDictionary): Promise<void> {
    const lost = () => {
      if (this.#current === attempt) this.#rebuild();
    };
    try {
      const device = await Device.factory();
      await device.load({ routerRtpCapabilities: capabilities as types.RtpCapabilities });
      const [live] = await Promise.all([
        openTransport(this.#session, device, 'receive', lost),
        this.#session.request({
          request: 'setRtpCapabilities',
          rtpCapabilities: device.recvRtpCapabilities as RtpCapabilitiesDictionary,
        }),
      ]);
      if (this.#current !== attempt) {
        live.close();
        return;
      }
      const publisher = new Publisher(this.#session, () => openTransport(this.#session, device, 'send', lost));
      const receiver = new Receiver(this.#session, live);
      this.#standing = { publisher, receiver };
      this.#attempts = 0;
      for (const offer of attempt.early) void receiver.open(offer);
      this.#watch(this.#viewing.pictures());
    } catch {
      lost();
    }
  }

  #consumerClosed(consumerId: string): void {
    this.#standing?.receiver.close(consumerId);
    if (this.#current) this.#current.early = this.#current.early.filter((offer) => offer.consumerId !== consumerId);
  }

  /** Everything anew, by a fresh welcome: it names the media session that the server has now. */
  #rebuild(): void {
    this.#tearDown();
    this.#attempts += 1;
    clearTimeout(this.#retry);
    // While offline the return brings the welcome.
    this.#retry = setTimeout(() => void this.#session.resync(), this.#attempts === 1 ? 0 : backOff(this.#attempts));
  }

  #tearDown(): void {
    this.#current = null;
    this.#standing?.publisher.close();
    this.#standing?.receiver.dispose();
    this.#standing = null;
  }

  async #stats(): Promise<StreamStats[]> {
    if (!this.#standing) return [];
    const { publisher, receiver } = this.#standing;
    const all = await Promise.all([publisher.stats(this.#session.participantId), receiver.stats()]);
    return all.flat();
  }

  #watch(pictures: Watched[]): void {
    if (!this.#standing) return;
    // Refused only while offline or rebuilding; both end with the whole set being sent again.
    this.#session.request({ request: 'watch', pictures }).catch(() => undefined);
  }

  #watchStills(): void {
    const participantIds = this.#stills.wanted();
    // Refused only while offline: the next welcome asks for the whole set again.
    this.#session.request({ request: 'watchStills', participantIds }).catch(() => undefined);
  }

  #sounds(): Sound[] {
    const received = [...(this.#standing?.receiver.received.values() ?? [])].filter(({ kind }) => kind === 'audio');
    const participants = this.#session.room?.participants;
    return received.map(({ from, track }) => ({ track, gainDb: participants?.[from.participantId]?.gainDb ?? 0 }));
  }
}
