import { pino } from 'pino';
import { type MediaNode, type RoomMedia, startMedia } from '../../server/media/index.ts';
import type { Command } from '../../server/protocol/commands.ts';
import {
  type ConsumerOffer,
  type MediaRequest,
  type Notice,
  plainTransportOfferSchema,
  producedSchema,
  type Watched,
} from '../../server/protocol/media.ts';
import type { Sample } from '../../server/protocol/monitor.ts';
import type { Kind, Role, RoomState, SentSource, SourceRef } from '../../server/protocol/records.ts';
import { decide } from '../../server/room/decide.ts';
import { effectsOf } from '../../server/room/effects.ts';
import { evolve } from '../../server/room/evolve.ts';
import { emptyRoom } from '../../server/room/state.ts';
import type { SystemCommand } from '../../server/room/system-commands.ts';
import { freePort } from './free-port.ts';
import { RtpReceiver, RtpSender } from './rtp-probe.ts';

export const logger = pino({ level: process.env.LOG ?? 'silent' });

/** Of each room `spread` participants are put on one worker before the next is used. */
export async function startNode(workers = 1, spread = 1000): Promise<MediaNode> {
  const workerBin = process.env.MEDIASOUP_WORKER_BIN;
  if (!workerBin) throw new Error('MEDIASOUP_WORKER_BIN is not set');
  const mediaPort = await freePort(workers);
  const listening = { mediaPort, host: '127.0.0.1', announced: ['127.0.0.1'] };
  const settings = { workers, spread, ...listening, videoCodec: 'vp8' as const };
  return startMedia({ ...settings, workerBin }, logger);
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export async function until(what: string, holds: () => boolean | Promise<boolean>, timeoutMs = 5_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await pause(5);
  }
}

/**
 * A room with the real rules and no storage: what `server/rooms.ts` does, without the append. Commands of the media part
 * are taken a tick later, as they would be after an append.
 */
export class TestRoom {
  state: RoomState = emptyRoom('600100');
  readonly reported: SystemCommand[] = [];
  readonly samples: Sample[] = [];
  /** What is configured of everyone's line. */
  capacity: { upKbps?: number; downKbps?: number } = {};
  losses = 0;
  #media: RoomMedia | undefined;
  readonly #participants = new Map<string, TestParticipant>();

  static async open(node: MediaNode): Promise<TestRoom> {
    const room = new TestRoom();
    room.#media = await node.openRoom('600100', {
      state: () => room.state,
      notify: (id, notice) => room.#participants.get(id)?.onNotice(notice),
      report: (command) => {
        room.reported.push(command);
        setImmediate(() => room.dispatch(command));
      },
      measured: (samples) => room.samples.push(...samples),
      capacity: () => room.capacity,
      isStrained: () => false,
      mediaLost: () => {
        room.losses++;
      },
    });
    return room;
  }

  get media(): RoomMedia {
    if (!this.#media) throw new Error('room is not open');
    return this.#media;
  }

  /** By the server itself: policy is tested elsewhere. */
  dispatch(command: Command | SystemCommand): Promise<unknown> {
    const { events } = decide(this.state, command, 'system', { now: Date.now(), id: crypto.randomUUID() });
    const effects = events.flatMap((event) => {
      const before = this.state;
      const logged = { seq: before.seq + 1, at: Date.now(), by: 'system' as const, event };
      this.state = { ...evolve(before, logged), seq: logged.seq };
      return effectsOf(before, this.state, logged);
    });
    return Promise.all(effects.map((effect) => this.media.perform(effect)));
  }

  join(id: string, role: Role, kind: Kind): TestParticipant {
    const participant = new TestParticipant(this, id);
    this.#participants.set(id, participant);
    void this.dispatch({ verb: 'admit', participant: { id, role, kind, name: id } });
    return participant;
  }

  open(participantId: string): Promise<unknown> {
    return this.dispatch({ verb: 'openMicrophone', participantId });
  }

  shut(participantId: string): Promise<unknown> {
    return this.dispatch({ verb: 'closeMicrophone', participantId });
  }

  async leave(participantId: string): Promise<void> {
    await this.dispatch({ verb: 'expire', participantId });
    await this.dispatch({ verb: 'removeParticipant', participantId });
  }

  async close(): Promise<void> {
    for (const participant of this.#participants.values()) participant.close();
    await this.media.close();
  }
}

const nameOf = ({ participantId, source, for: listener, tier }: SourceRef) =>
  [participantId, source, listener, tier].filter((part) => part !== undefined).join('/');

/** One end of the media: sends named sounds, remembers what it is offered, and takes it where it is a service. */
export class TestParticipant {
  readonly id: string;
  readonly notices: Notice[] = [];
  readonly offers = new Map<string, ConsumerOffer>();
  /** By the name of the source; kept when a stream ends and is opened again. */
  readonly receivers = new Map<string, RtpReceiver>();
  takes = true;
  readonly #room: TestRoom;
  readonly #senders: RtpSender[] = [];

  constructor(room: TestRoom, id: string) {
    this.#room = room;
    this.id = id;
  }

  request(request: MediaRequest): Promise<unknown> {
    return this.#room.media.request(this.id, request);
  }

  listen(): Promise<unknown> {
    return this.request({
      request: 'setRtpCapabilities',
      rtpCapabilities: this.#room.media.routerRtpCapabilities,
    });
  }

  watch(pictures: Watched[]): Promise<unknown> {
    return this.request({ request: 'watch', pictures });
  }

  /** Over plain RTP; the packets carry the source's name. */
  async send(sent: SentSource): Promise<{ producerId: string; sender: RtpSender }> {
    const offer = plainTransportOfferSchema.parse(await this.request({ request: 'openTransport', direction: 'send' }));
    const sender = await RtpSender.open(nameOf({ participantId: this.id, ...sent }));
    this.#senders.push(sender);
    const produced = await this.request({
      request: 'produce',
      transportId: offer.transportId,
      kind: 'audio',
      sent,
      rtpParameters: sender.rtpParameters,
    });
    sender.start(offer);
    return { producerId: producedSchema.parse(produced).producerId, sender };
  }

  /** Names of what is offered now. */
  get offered(): string[] {
    return [...this.offers.values()].map((offer) => nameOf(offer.from)).sort();
  }

  receiver(name: string): RtpReceiver {
    const receiver = this.receivers.get(name);
    if (!receiver) throw new Error(`${this.id} was never offered ${name}`);
    return receiver;
  }

  /** What arrives within this time, by the sender's name. */
  async heard(ms = 150): Promise<string[]> {
    const since = performance.now();
    await pause(ms);
    const packets = [...this.receivers.values()].flatMap((r) => r.packets.filter((p) => p.at >= since));
    return [...new Set(packets.map((p) => p.name))].sort();
  }

  onNotice(notice: Notice): void {
    this.notices.push(notice);
    if (notice.notice === 'consumerClosed') this.offers.delete(notice.consumerId);
    if (notice.notice === 'mediaLost') this.offers.clear();
    if (notice.notice !== 'consumerOpened') return;
    this.offers.set(notice.consumerId, notice);
    if (this.takes && notice.address) void this.#take(notice);
  }

  close(): void {
    for (const sender of this.#senders) sender.close();
    for (const receiver of this.receivers.values()) receiver.close();
  }

  /** A stream may have ended again before it is taken. */
  async #take({ consumerId, from }: ConsumerOffer): Promise<void> {
    const name = nameOf(from);
    const receiver = this.receivers.get(name) ?? (await RtpReceiver.open());
    const first = this.receivers.get(name);
    if (first && first !== receiver) receiver.close();
    this.receivers.set(name, first ?? receiver);
    const { address } = first ?? receiver;
    await this.request({ request: 'resumeConsumer', consumerId, address }).catch(() => undefined);
  }
}
