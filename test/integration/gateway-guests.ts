/** Participants of a real room that send and receive plain RTP: as browsers do, but without a browser. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { Control } from '../../gateway/session/control.ts';
import { Seat, type SeatOwner } from '../../gateway/session/seat.ts';
import { openStream, startStream } from '../../gateway/session/streams.ts';
import { nothingSchema, type ServerAddress } from '../../gateway/session/wire.ts';
import type { ConsumerOffer, Watched } from '../../server/protocol/media.ts';
import type { Participant, SourceRef } from '../../server/protocol/records.ts';
import { type Closer, openPeer, sendFrom } from './engine-leg-peers.ts';
import { picture, watch } from './engine-leg-pictures.ts';
import type { Receiver } from './engine-peers.ts';
import type { GatewayProcess } from './gateway-process.ts';
import { until } from './media-fixture.ts';
import type { Peer } from './server-peers.ts';

const logger = pino({ level: 'silent' });
const SLOW_MS = 30_000;

/** `simulator`: a site with a picture, as a browser's is. `composer`: sees and hears everyone. `recorder`: sees the program. */
export interface GuestOptions {
  roomId: string;
  id: string;
  kind: 'simulator' | 'composer' | 'recorder';
}

/** One guest: its seat, and what it receives by the name of the source, e.g. `site-a/camera`. */
export class Guest implements SeatOwner {
  readonly offers = new Map<string, ConsumerOffer>();
  /** How often it has had no transport, first of all when it came. */
  resets = 0;
  readonly #receivers = new Map<string, Receiver>();
  readonly #closers: Closer[];
  #seat: Seat | undefined;

  private constructor(closers: Closer[]) {
    this.#closers = closers;
  }

  static async join(closers: Closer[], gateway: GatewayProcess, { roomId, id, kind }: GuestOptions): Promise<Guest> {
    const { server, control } = await controlOf(closers, gateway);
    const renew = () => control.ticket({ roomId, kind, participantId: id, name: id });
    const guest = new Guest(closers);
    const seat = new Seat({ server, participantId: id, ticket: await renew(), renew, owner: guest, logger });
    guest.#seat = seat;
    closers.push(() => seat.leave());
    await until(`${id} is in`, () => seat.state !== null);
    return guest;
  }

  get seat(): Seat {
    if (!this.#seat) throw new Error('not seated');
    return this.#seat;
  }

  /** A picture of one colour. `stop` ends the stream and its producer. */
  async show(source: 'camera' | 'screen', colour: string, codec: 'VP8' | 'H264' = 'VP8', busy = false) {
    const { producerId, rtp } = await openStream(this.seat, { source }, codec, this.seat.participantId);
    const encoder = codec === 'VP8' ? 'VP8' : 'constrained-baseline';
    const payload = `pt=${rtp.payloadType} ssrc=${rtp.ssrc}`;
    const pipeline = picture({ encoder, colour, payload, options: 'bitrate=500 key-int-max=15', busy });
    const { stop } = await sendFrom(this.#closers, await openPeer(this.#closers), rtp.remote.port, pipeline);
    return async () => {
      await stop();
      await this.seat.request({ request: 'closeProducer', producerId }, nothingSchema);
    };
  }

  /** A tone, all the time: −10 dB of full scale. */
  async speak(hertz: number): Promise<void> {
    const { rtp } = await openStream(this.seat, { source: 'microphone' }, 'opus', this.seat.participantId);
    const tone = `audiotestsrc is-live=true freq=${hertz} volume=0.3 samplesperbuffer=960`;
    const pay = `rtpopuspay pt=${rtp.payloadType} ssrc=${rtp.ssrc}`;
    const pipeline = `${tone} ! audio/x-raw,rate=48000,channels=1 ! opusenc ! ${pay}`;
    await sendFrom(this.#closers, await openPeer(this.#closers), rtp.remote.port, pipeline);
  }

  /** Watches these pictures and no others. */
  async watch(pictures: Watched[]): Promise<void> {
    await this.seat.request({ request: 'watch', pictures }, nothingSchema);
  }

  /** Watches one picture, and decodes it from its first packet on. */
  async see(from: SourceRef, spatialLayer: Watched['spatialLayer'] = 2) {
    await this.watch([{ from, spatialLayer }]);
    const name = nameOf(from);
    await until(`${name} is offered`, () => this.offers.has(name), SLOW_MS);
    const offer = this.offers.get(name);
    if (!offer) throw new Error(`${name} is gone again`);
    const receiver = await openPeer(this.#closers);
    this.#receivers.set(name, receiver);
    const ssrc = Number(offer.rtpParameters.encodings[0]?.ssrc);
    const seen = await watch(this.#closers, receiver, codecOf(offer), ssrc);
    await startStream(this.seat, offer, receiver.port);
    const packets = () => receiver.rtp.filter(({ bytes }) => bytes.readUInt32BE(8) === ssrc);
    return { ...seen, packets, codec: codecOf(offer) };
  }

  mediaReset(): void {
    this.resets += 1;
  }

  consumerOpened(offer: ConsumerOffer): void {
    this.offers.set(nameOf(offer.from), offer);
  }

  consumerClosed(consumerId: string): void {
    for (const [name, offer] of this.offers) if (offer.consumerId === consumerId) this.offers.delete(name);
  }
}

/** A gateway's connection beside the one that is there. */
export async function controlOf(closers: Closer[], gateway: GatewayProcess) {
  const ca = await readFile(join(gateway.server.folder, 'tls', 'certificate.pem'), 'utf8');
  const server: ServerAddress = { url: gateway.server.url, ca };
  const control = new Control(server, await gateway.server.gatewaySecret(), logger);
  closers.push(() => control.close());
  await new Promise<void>((resolve) => control.onConnected(resolve));
  return { server, control };
}

/** The tier, where there are several, is no part of it. */
function nameOf({ participantId, source }: SourceRef): string {
  return `${participantId}/${source}`;
}

function codecOf({ rtpParameters }: ConsumerOffer): 'VP8' | 'H264' {
  return String(rtpParameters.codecs[0]?.mimeType).toLowerCase() === 'video/vp8' ? 'VP8' : 'H264';
}

/** The participant that a codec is, once it is there with what it can do. */
export async function arrival(desk: Peer, isIt: (participant: Participant) => boolean): Promise<Participant> {
  const find = () =>
    Object.values(desk.state.participants).find(
      (p) => p.kind === 'sip' && p.presence === 'present' && p.endpoint !== undefined && isIt(p),
    );
  await until('the codec is there', () => find() !== undefined, SLOW_MS);
  const found = find();
  if (!found) throw new Error('the codec is gone again');
  return found;
}

export function sourcesOf(desk: Peer, participantId: string): string[] {
  return (desk.state.participants[participantId]?.sources ?? []).map(({ source }) => source).sort();
}
