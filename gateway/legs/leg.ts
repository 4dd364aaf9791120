import type { ConsumerOffer } from '../../server/protocol/media.ts';
import type { CallCause, RoomState } from '../../server/protocol/records.ts';
import type { LegContract, LegEvent } from '../engine/leg-protocol.ts';
import type { EngineProcess } from '../engine/process.ts';
import { LifeSigns } from '../life-signs.ts';
import { Serial } from '../serial.ts';
import { Seat, type SeatOptions, type SeatOwner } from '../session/seat.ts';
import { nothingSchema } from '../session/wire.ts';
import type { Dialog, Negotiated } from '../sip/index.ts';
import { causeOfEnd } from './cause.ts';
import { LegCamera } from './leg-camera.ts';
import { type LegContent, retryFloor } from './leg-content.ts';
import { type LegOpening, type LegOptions, prepareLeg } from './leg-opening.ts';
import { LegRates } from './leg-rates.ts';
import { LegStills } from './leg-stills.ts';
import { LegStreams } from './leg-streams.ts';
import { endpointOf, type Negotiation, toEndpoint } from './media.ts';
import { type Prompt, promptFile } from './prompts.ts';

/** So long may the server be silent before the endpoint is shown the slide: less is not noticed in the picture. */
const HOLD_AFTER_MS = 1_500;
const LONGEST_PROMPT_MS = 15_000;
/** REG-5: what is said at the codec comes back when it has been said; for so long. */
const LOOP = { delayMs: 2_000, forMs: 6_000 };
/** How often the dialog is told that the endpoint still sends. */
const LIFE_SIGN_MS = 10_000;

/**
 * One dialog that is one participant: the endpoint's signalling on one side, a seat in the room on the other, an engine
 * process between them. The leg owns all three and closes them together, whichever ends first. While the room is gone
 * the call stays, and the endpoint sees the slide.
 */
export class Leg implements SeatOwner {
  readonly negotiation: Negotiation;
  /** Resolves when the leg is over and its process gone. */
  readonly stopped: Promise<void>;
  readonly #options: LegOptions;
  readonly #engine: EngineProcess<LegContract>;
  readonly #content: LegContent;
  readonly #camera: LegCamera;
  readonly #stills: LegStills;
  readonly #serial: Serial;
  readonly #whenStopped: () => void;
  #dialog: Dialog | undefined;
  #seat: Seat | undefined;
  #streams: LegStreams | undefined;
  #agreed: Negotiated | undefined;
  #holdTimer: NodeJS.Timeout | undefined;
  #lifeSigns: LifeSigns | undefined;
  #onDigit: (digit: string) => void = () => undefined;
  #onPlayed: (toItsEnd: boolean) => void = () => undefined;
  #over = false;
  readonly #rates: LegRates;

  private constructor(options: LegOptions, { engine, content, negotiation }: LegOpening) {
    this.#options = options;
    this.#rates = new LegRates(options.line);
    this.#engine = engine;
    this.#content = content;
    this.negotiation = negotiation;
    ({ promise: this.stopped, resolve: this.#whenStopped } = Promise.withResolvers<void>());
    this.#serial = new Serial(options.logger);
    this.#camera = new LegCamera((payload) => this.#sendCamera(payload));
    this.#stills = new LegStills({
      make: async () => (await engine.request('still', {})).jpeg,
      send: async (jpeg) => this.#seat?.request({ request: 'sendStill', jpeg }, nothingSchema),
      logger: options.logger,
    });
    content.attach({
      present: () => this.#do('present', async () => this.#streams?.present()),
      stopPresenting: () => this.#do('stopPresenting', async () => this.#streams?.stopPresenting()),
      isPresenting: () => this.#streams?.presenting ?? false,
    });
    engine.onEvent((event) => this.#engineSaid(event));
    engine.onExit(({ expected }) => {
      if (!expected) this.end('error');
    });
  }

  /** Starts the engine and binds the ports, so that they can be offered. */
  static async open(options: LegOptions): Promise<Leg> {
    return new Leg(options, await prepareLeg(options));
  }

  /** From now on the dialog's life is the leg's life. */
  attach(dialog: Dialog): void {
    this.#dialog = dialog;
    dialog.on('ended', (end) => this.end(causeOfEnd(end)));
    dialog.on('keyFrameRequested', () =>
      this.#do('requestKeyFrame', () => this.#engine.request('requestKeyFrame', {})),
    );
    dialog.on('digit', (digit) => this.#onDigit(digit));
    dialog.on('renegotiated', ({ sdp }) => this.connect(this.negotiation.accept(sdp)));
    dialog.onReoffer((offer) => {
      if (offer === undefined) return this.negotiation.offer();
      const answered = this.negotiation.answer(offer);
      if (!answered.ok) return undefined;
      this.connect(answered.media);
      return answered.sdp;
    });
    const [ask, onSilence] = [() => this.#noteMedia(dialog), () => this.end('error')];
    this.#lifeSigns = new LifeSigns({ everyMs: LIFE_SIGN_MS, ask, onSilence, logger: this.#options.logger });
  }

  /** Media flows between endpoint and engine from now on, as agreed. */
  connect(agreed: Negotiated | undefined): void {
    if (!agreed || this.#over) return;
    this.#agreed = agreed;
    this.#connectEngine();
    void this.#do('floorControl', () => this.#content.connect(agreed.floorControl));
    void this.#do('agree', async () => this.#streams?.agree(agreed));
    if (agreed.camera) this.#camera.start();
    if (this.#seat) this.#reportEndpoint(agreed);
  }

  /** The participant takes its seat; media is connected. */
  enter(entry: Pick<SeatOptions, 'participantId' | 'ticket' | 'renew'>): void {
    const agreed = this.#agreed;
    if (this.#over || !agreed) return;
    const { server, logger, settings } = this.#options;
    this.#seat = new Seat({ server, ...entry, owner: this, logger });
    const parts = { seat: this.#seat, engine: this.#engine, pictures: settings.pictures, rates: this.#rates };
    const run = (step: () => Promise<void>) => void this.#do('streams', step);
    this.#streams = new LegStreams({ ...parts, run, rated: () => this.#connectEngine() }, agreed);
    this.#reportEndpoint(agreed);
    if (this.#dialog) void retryFloor(this.#dialog, this.negotiation, logger).then((better) => this.connect(better));
  }

  /** Said in our language and then in the other. Resolves at its end, or when something else is said. */
  async play(prompt: Prompt): Promise<void> {
    if (this.#over) return;
    const { language } = this.#options.settings;
    this.#onPlayed(false);
    for (const spoken of [language, language === 'vi' ? 'en' : 'vi'] as const) {
      const { promise, resolve } = Promise.withResolvers<boolean>();
      this.#onPlayed = resolve;
      const giveUp = setTimeout(() => resolve(false), LONGEST_PROMPT_MS);
      await this.#do('play', () => this.#engine.request('play', { file: promptFile(spoken, prompt) }));
      const toItsEnd = await promise;
      clearTimeout(giveUp);
      if (!toItsEnd || this.#over) return;
    }
  }

  /** Says what comes, and then plays to the endpoint what comes from there. What was measured of it is in the next report of the line. */
  async tryLoop(): Promise<void> {
    await this.play('lineTest');
    await this.#do('loopBack', () => this.#engine.request('loopBack', LOOP));
  }

  async setSlide(text: string): Promise<void> {
    await this.#do('setSlide', () => this.#engine.request('hold', { on: false, text }));
  }

  get isOver(): boolean {
    return this.#over;
  }

  onDigit(listener: (digit: string) => void): void {
    this.#onDigit = listener;
  }

  /** Ends call, participant and process. Also called by the room: hang up. */
  end(cause: CallCause): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#holdTimer);
    this.#lifeSigns?.close();
    this.#stills.close();
    this.#streams?.close();
    this.#camera.close(); // before its engine, which has to send the STOP
    this.#onPlayed(false);
    void this.#content.close();
    this.#hangUp();
    void this.#seat?.leave();
    void this.#engine.stop().then(this.#whenStopped);
    this.#options.onEnd(cause);
  }

  // ── the seat ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** In its turn, beside no other agreement with the endpoint. The seat tries again where it fails. */
  async mediaReset(): Promise<void> {
    let failure: unknown;
    await this.#do('reset', async () => {
      await this.#streams?.reset().catch((error: unknown) => {
        failure = error;
      });
    });
    if (failure !== undefined) throw failure;
  }

  changed(state: RoomState): void {
    const self = state.participants[this.#seat?.participantId ?? ''];
    this.#camera.follow(self?.camera);
    if (self) void this.#do('microphone', async () => this.#streams?.gateMoved(self.gate === 'open'));
    this.#streams?.changed();
    this.#content.follow(state, this.#seat?.participantId);
  }

  consumerOpened(offer: ConsumerOffer): Promise<void> {
    return this.#do('receive', async () => this.#streams?.consumerOpened(offer));
  }

  consumerClosed(consumerId: string): Promise<void> {
    return this.#do('forget', async () => this.#streams?.consumerClosed(consumerId));
  }

  producerClosed(producerId: string): void {
    if (this.#streams?.producerClosed(producerId)) this.#content.stopped();
  }

  layersWanted(producerId: string, layers: number[]): Promise<void> {
    return this.#do('layersWanted', async () => this.#streams?.layersWanted(producerId, layers));
  }

  stillsWanted(wanted: boolean): void {
    this.#stills.wanted(wanted);
  }

  lost(): void {
    clearTimeout(this.#holdTimer);
    const hold = () => this.#do('hold', () => this.#engine.request('hold', { on: true }));
    this.#holdTimer = setTimeout(hold, HOLD_AFTER_MS);
  }

  returned(): void {
    clearTimeout(this.#holdTimer);
    void this.#do('hold', () => this.#engine.request('hold', { on: false }));
  }

  dismissed(): void {
    this.end('hungUp');
  }

  // ── the engine ────────────────────────────────────────────────────────────────────────────────────────────────────

  #connectEngine(): void {
    const agreed = this.#agreed;
    if (!agreed) return;
    const to = toEndpoint(agreed, this.#rates.of(agreed));
    void this.#do('connectEndpoint', () => this.#engine.request('connectEndpoint', to));
  }

  #engineSaid(event: LegEvent): void {
    switch (event.event) {
      case 'keyFrameWanted':
        this.#dialog?.requestKeyFrame();
        break;
      case 'digit':
        this.#onDigit(event.digit);
        break;
      case 'played':
        this.#onPlayed(true);
        break;
      case 'camera':
        this.#camera.receive(event.payload);
        break;
      case 'limited':
        this.#rates.ask(event.maxBitrateKbps);
        this.#connectEngine();
        this.#streams?.changed();
        break;
      case 'showing':
      case 'programChanged':
        this.#streams?.engineSaid(event);
        break;
      case 'error':
        this.#options.logger.error({ callId: this.#options.callId, code: event.code }, 'leg failed');
        this.end('error');
    }
  }

  /**
   * A codec may be mute for hours; RTCP comes all the same, and says that it is there. An engine that does not answer is
   * of no more use: the call is ended, and, where the centre has placed it, placed anew.
   */
  async #noteMedia(dialog: Dialog): Promise<void> {
    const { audio, video } = await this.#engine.request('stats', {});
    const last = [audio, video].flatMap((stream) => [stream?.received.lastPacketMs, stream?.received.lastRtcpMs]);
    if (last.some((ms) => typeof ms === 'number' && ms < LIFE_SIGN_MS)) dialog.noteMedia();
  }

  /** In its turn, but for the last one, for which no turn comes any more. */
  #sendCamera(payload: string): void {
    const send = () => this.#engine.request('sendCamera', { payload });
    if (!this.#over) void this.#do('sendCamera', send);
    else send().catch((error: unknown) => this.#options.logger.debug({ err: error }, 'STOP without an answer'));
  }

  #hangUp(): void {
    const { callId, logger } = this.#options;
    this.#dialog?.hangUp().catch((error: unknown) => logger.warn({ callId, err: error }, 'not hung up'));
  }

  #reportEndpoint(agreed: Negotiated): void {
    this.#options.onEndpoint(endpointOf(agreed, this.#dialog?.remote.userAgent));
  }

  #do(name: string, step: () => Promise<unknown>): Promise<void> {
    return this.#over ? Promise.resolve() : this.#serial.run(name, step);
  }
}
