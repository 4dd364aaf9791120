import type { Logger } from 'pino';
import type { Settings } from '../../server/config.ts';
import type { CallId } from '../../server/protocol/ids.ts';
import type { ConsumerOffer } from '../../server/protocol/media.ts';
import type { CallCause } from '../../server/protocol/records.ts';
import { COMPOSER_ID } from '../composer/id.ts';
import { type LegContract, type LegEvent, legContract } from '../engine/leg-protocol.ts';
import { type EngineProcess, startEngine } from '../engine/process.ts';
import { Serial } from '../serial.ts';
import { Seat, type SeatOptions, type SeatOwner } from '../session/seat.ts';
import { inputOf, openStream, startStream } from '../session/streams.ts';
import { nothingSchema, type ServerAddress } from '../session/wire.ts';
import type { Dialog, Negotiated } from '../sip/index.ts';
import { causeOfEnd } from './cause.ts';
import { localMedia, Negotiation, toEndpoint } from './media.ts';
import { slideText } from './words.ts';

/** So long may the server be silent before the endpoint is shown the slide: less is not noticed in the picture. */
const HOLD_AFTER_MS = 1_500;

export interface LegOptions {
  settings: Settings;
  server: ServerAddress;
  logger: Logger;
  /** Shown on the slide. */
  title: string;
  callId: CallId;
  /** The leg is over; called once. */
  onEnd(cause: CallCause): void;
}

/**
 * One dialog that is one participant: the endpoint's signalling on one side, a seat in the room on the other, an engine
 * process between them. The leg owns all three and closes them together, whichever ends first. While the room is gone
 * the call stays, and the endpoint sees the slide.
 */
export class Leg implements SeatOwner {
  readonly negotiation: Negotiation;
  readonly #options: LegOptions;
  readonly #engine: EngineProcess<LegContract>;
  readonly #serial: Serial;
  #dialog: Dialog | undefined;
  #seat: Seat | undefined;
  #agreed: Negotiated | undefined;
  #holdTimer: NodeJS.Timeout | undefined;
  #over = false;

  private constructor(options: LegOptions, engine: EngineProcess<LegContract>, negotiation: Negotiation) {
    this.#options = options;
    this.#engine = engine;
    this.negotiation = negotiation;
    this.#serial = new Serial(options.logger);
    engine.onEvent((event) => this.#engineSaid(event));
    engine.onExit(({ expected }) => {
      if (!expected) this.end('error');
    });
  }

  /** Starts the engine and binds its ports, so that they can be offered. */
  static async open(options: LegOptions): Promise<Leg> {
    const { settings, logger } = options;
    const engine = await startEngine(legContract, { logger });
    try {
      const ports = await engine.request('open', {
        audio: true,
        video: true,
        bindAddress: settings.sipHost,
        portRange: { min: settings.sipMediaPorts.first, max: settings.sipMediaPorts.last },
        slideText: slideText(settings.language, options.title),
      });
      return new Leg(options, engine, new Negotiation(localMedia(settings, ports)));
    } catch (error) {
      await engine.stop();
      throw error;
    }
  }

  /** From now on the dialog's life is the leg's life. */
  attach(dialog: Dialog): void {
    this.#dialog = dialog;
    dialog.on('ended', (end) => this.end(causeOfEnd(end)));
    dialog.on('keyFrameRequested', () =>
      this.#do('requestKeyFrame', () => this.#engine.request('requestKeyFrame', {})),
    );
    dialog.on('renegotiated', ({ sdp }) => this.#connect(this.negotiation.accept(sdp)));
    dialog.onReoffer((offer) => {
      if (offer === undefined) return this.negotiation.offer();
      const answered = this.negotiation.answer(offer);
      this.#connect(answered?.media);
      return answered?.sdp;
    });
  }

  /** The call is up: media flows between endpoint and engine, and the participant takes its seat. */
  enter(agreed: Negotiated, entry: Pick<SeatOptions, 'participantId' | 'ticket' | 'renew'>): void {
    if (this.#over) return;
    this.#connect(agreed);
    const { server, logger } = this.#options;
    this.#seat = new Seat({ server, ...entry, owner: this, logger });
  }

  /** Ends call, participant and process. Also called by the room: hang up. */
  end(cause: CallCause): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#holdTimer);
    void this.#dialog?.hangUp();
    void this.#seat?.leave();
    void this.#engine.stop();
    this.#options.onEnd(cause);
  }

  async mediaReset(): Promise<void> {
    const seat = this.#seat;
    if (!seat) return;
    const cname = seat.participantId;
    const microphone = await openStream(seat, { source: 'microphone' }, 'opus', cname);
    await this.#engine.request('sendAudio', microphone.rtp);
    if (this.#agreed?.video && this.#agreed.video.direction !== 'sendonly') {
      const camera = await openStream(seat, { source: 'camera' }, 'H264', cname);
      await this.#engine.request('sendVideo', camera.rtp);
    }
    const program = { participantId: COMPOSER_ID, source: 'program' as const };
    await seat.request({ request: 'watch', pictures: [{ from: program, spatialLayer: 2 }] }, nothingSchema);
  }

  consumerOpened(offer: ConsumerOffer): Promise<void> {
    return this.#do('receive', async () => {
      if (!this.#seat) return;
      const command = offer.kind === 'audio' ? 'receiveAudio' : 'receiveVideo';
      const { rtpPort } = await this.#engine.request(command, inputOf(offer));
      await startStream(this.#seat, offer, rtpPort);
    });
  }

  lost(): void {
    clearTimeout(this.#holdTimer);
    this.#holdTimer = setTimeout(
      () => this.#do('hold', () => this.#engine.request('hold', { on: true })),
      HOLD_AFTER_MS,
    );
  }

  returned(): void {
    clearTimeout(this.#holdTimer);
    void this.#do('hold', () => this.#engine.request('hold', { on: false }));
  }

  dismissed(): void {
    this.end('hungUp');
  }

  #connect(agreed: Negotiated | undefined): void {
    if (!agreed) return;
    this.#agreed = agreed;
    void this.#do('connectEndpoint', () => this.#engine.request('connectEndpoint', toEndpoint(agreed)));
  }

  #engineSaid(event: LegEvent): void {
    if (event.event === 'keyFrameWanted') this.#dialog?.requestKeyFrame();
    if (event.event === 'error') {
      this.#options.logger.error({ callId: this.#options.callId, code: event.code }, 'leg failed');
      this.end('error');
    }
  }

  #do(name: string, step: () => Promise<unknown>): Promise<void> {
    return this.#over ? Promise.resolve() : this.#serial.run(name, step);
  }
}
