/**
 * A hardware codec as a test wants it: our own edge and descriptions on the other side of the call, its lines plain sockets. It
 * sends what gst-launch makes and keeps what it receives. Loopback only, without encryption.
 *
 *   const codec = await ScriptedCodec.open(closers, { user: 'poly', floor: { role: 'client', transport: 'udp' } });
 *   await codec.dial('sip:ROOM@127.0.0.1:5060');
 *   const camera = await codec.show('video', { colour: red });
 *   codec.floor?.requestFloor();
 */
import {
  answerOffer,
  buildOffer,
  type Dialog,
  type Direction,
  type FloorControl,
  type FloorControlEvent,
  type FloorControlRole,
  type FloorTransport,
  type IncomingDialog,
  type LocalMedia,
  type LocalVideo,
  type Negotiated,
  openFloorControl,
  readAnswer,
  type SipEdge,
} from '../../gateway/sip/index.ts';
import { freeSipPort } from './baresip.ts';
import { type Closer, sendFrom, toneSource } from './engine-leg-peers.ts';
import { type PictureOptions, picture } from './engine-leg-pictures.ts';
import { openReceiver, type Receiver } from './engine-peers.ts';
import { address, openEdge } from './sip-peers.ts';

export interface ScriptedOptions {
  user: string;
  /** A second picture line, and who gives out its floor. */
  floor?: { role: FloorControlRole; transport: FloorTransport; setup?: 'active' | 'passive' };
  /** Its camera can be moved. */
  camera?: boolean;
  /** Of its picture: codecs, profile and level, bit rate. */
  video?: Partial<LocalVideo>;
  /** Changes its offer to what our own edge would not say. */
  describe?: (sdp: string) => string;
}

/** One stream's sockets. */
interface Line {
  rtp: Receiver;
  rtcp: Receiver;
}
type Medium = 'audio' | 'video' | 'content' | 'camera';

interface Parts {
  edge: SipEdge;
  port: number;
  lines: Record<Medium, Line>;
  control: FloorControl | undefined;
  events: string[];
  closers: Closer[];
}

const FLOOR = { confId: 4711, userId: 9, floorId: 1 };

function openFloor(
  { role, transport }: NonNullable<ScriptedOptions['floor']>,
  { confId: conferenceId, userId, floorId }: typeof FLOOR,
  events: string[],
  portRange?: { min: number; max: number },
): Promise<FloorControl> {
  const onEvent = ({ kind }: FloorControlEvent) => void events.push(kind);
  const bind = { ip: address, ...(portRange ? { portRange } : {}) };
  return openFloorControl({ role, transport, bind, conferenceId, userId, floorId, onEvent });
}

export class ScriptedCodec {
  readonly user: string;
  floor: FloorControl | undefined;
  /** As client: `requested` and `released` say whether somebody else presents. */
  readonly floorEvents: string[];
  /** Where it can be called. */
  readonly uri: string;
  readonly #edge: SipEdge;
  readonly #lines: Record<Medium, Line>;
  readonly #local: LocalMedia;
  readonly #describe: (sdp: string) => string;
  readonly #closers: Closer[];
  readonly #floor: ScriptedOptions['floor'];
  /** What it was offered after the first time. */
  readonly reoffers: string[] = [];
  #dialog: Dialog | undefined;
  #agreed: Negotiated | undefined;
  /** How often it was asked for one by INFO (RFC 5168). */
  keyFramesWanted = 0;
  ended = false;

  private constructor(
    { user, floor, camera, video, describe = (sdp) => sdp }: ScriptedOptions,
    { edge, port, lines, control, events, closers }: Parts,
  ) {
    this.user = user;
    this.uri = `sip:${user}@${address}:${port}`;
    this.floor = control;
    this.floorEvents = events;
    this.#edge = edge;
    this.#lines = lines;
    this.#closers = closers;
    const stream = (medium: Medium) => ({ port: lines[medium].rtp.port, rtcpPort: lines[medium].rtcp.port });
    this.#local = {
      address,
      audio: { ...stream('audio'), codecs: ['PCMA'] },
      video: { ...stream('video'), maxBitrate: 2_000_000, ...video },
      ...(floor && control
        ? {
            content: { ...stream('content'), maxBitrate: 2_000_000, label: '3' },
            floorControl: { port: control.port, transport: floor.transport, ...FLOOR },
          }
        : {}),
      ...(camera ? { camera: stream('camera') } : {}),
    };
    this.#floor = floor;
    this.#describe = (sdp) => {
      const role = floor?.role === 'server' ? sdp.replace('floorctrl:c-s', 'floorctrl:s-only') : sdp;
      return describe(floor?.setup ? role.replace('setup:actpass', `setup:${floor.setup}`) : role);
    };
    edge.onIncoming((dialog) => void this.#take(dialog));
  }

  static async open(closers: Closer[], options: ScriptedOptions): Promise<ScriptedCodec> {
    const port = await freeSipPort();
    const edge = await openEdge({}, { port, userAgent: 'Scripted/1.0' });
    const line = async (): Promise<Line> => ({ rtp: await openReceiver(), rtcp: await openReceiver() });
    const lines = { audio: await line(), video: await line(), content: await line(), camera: await line() };
    const events: string[] = [];
    const control = options.floor && (await openFloor(options.floor, FLOOR, events));
    const codec = new ScriptedCodec(options, { edge, port, lines, control, events, closers });
    closers.push(() => codec.#close());
    return codec;
  }

  get agreed(): Negotiated {
    if (!this.#agreed) throw new Error(`${this.user} is in no call`);
    return this.#agreed;
  }

  received(medium: Medium): Receiver {
    return this.#lines[medium].rtp;
  }

  /** Resolves when the call is answered; rejects when it is not. */
  dial(uri: string): Promise<void> {
    const offer = this.#describe(buildOffer(this.#local));
    const dialog = this.#edge.place(uri, { callerName: this.user, fromUser: this.user, offer: () => offer });
    return new Promise((resolve, reject) => {
      dialog.on('failed', ({ status, reason }) => reject(new Error(`${this.user}: ${status} ${reason}`)));
      dialog.on('answered', ({ sdp }) => {
        const agreed = readAnswer(offer, sdp, this.#local);
        if (!agreed) return reject(new Error(`${this.user} cannot read ${sdp}`));
        this.#stand(dialog, agreed);
        resolve();
      });
    });
  }

  /** Sends a picture that is made as it goes, with a key frame a second: nobody here answers PLI. */
  show(medium: 'video' | 'content', options: Omit<PictureOptions, 'payload'>) {
    const { remote, payloadType } = this.agreed[medium] ?? {};
    if (!remote) throw new Error(`${this.user} has no line for ${medium}`);
    const payload = `pt=${payloadType} mtu=1200`;
    const pipeline = picture({ options: 'bitrate=500 key-int-max=15', ...options, payload });
    return sendFrom(this.#closers, this.#lines[medium].rtp, remote.port, pipeline);
  }

  speak(hertz: number) {
    const { remote, payloadType } = this.agreed.audio ?? {};
    if (!remote) throw new Error(`${this.user} has no sound`);
    const pipeline = `${toneSource(hertz)} ! alawenc ! rtppcmapay pt=${payloadType}`;
    return sendFrom(this.#closers, this.#lines.audio.rtp, remote.port, pipeline);
  }

  /** A re-INVITE with sound and picture in this direction, ours. */
  async hold(direction: Direction): Promise<void> {
    await this.reoffer(({ audio, video, ...local }) => ({
      ...local,
      ...(audio && { audio: { ...audio, direction } }),
      ...(video && { video: { ...video, direction } }),
    }));
  }

  /** A re-INVITE with other means than at first. */
  async reoffer(change: (local: LocalMedia) => LocalMedia): Promise<void> {
    if (!this.#dialog) throw new Error(`${this.user} is in no call`);
    const local = change(this.#local);
    const offer = buildOffer(local, this.agreed);
    const result = await this.#dialog.reoffer(offer);
    if (!result.ok) throw new Error(`${this.user}: ${result.status} ${result.reason}`);
    this.#agreed = readAnswer(offer, result.sdp, local);
  }

  /** By INFO (RFC 5168). */
  requestKeyFrame(): void {
    this.#dialog?.requestKeyFrame();
  }

  async hangUp(): Promise<void> {
    await this.#dialog?.hangUp();
  }

  async #take(dialog: IncomingDialog): Promise<void> {
    const answered = await this.#answer(dialog.offer ?? '');
    if (!answered.ok) return dialog.reject(488);
    this.#stand(dialog, answered.media);
    dialog.onReoffer(async (offer = '') => {
      this.reoffers.push(offer);
      const again = await this.#answer(offer);
      if (!again.ok) return undefined;
      this.#stand(dialog, again.media);
      return again.sdp;
    });
    dialog.answer(answered.sdp);
  }

  /** Who is called takes the caller's numbers, or gives out the floor with them. */
  async #answer(offer: string): Promise<ReturnType<typeof answerOffer>> {
    const answered = answerOffer(offer, this.#local, this.#agreed);
    const floorControl = answered.ok ? answered.media.floorControl : undefined;
    if (!answered.ok || !this.#floor || !this.floor || !floorControl) return answered;
    const { port } = this.floor;
    await this.floor.close();
    this.floor = await openFloor(this.#floor, floorControl, this.floorEvents, { min: port, max: port });
    const { role, setup = floorControl.setup } = this.#floor;
    const sdp = role === 'client' ? answered.sdp.replace('floorctrl:s-only', 'floorctrl:c-only') : answered.sdp;
    const media = { ...answered.media, floorControl: { ...floorControl, setup } };
    return { ok: true, sdp: sdp.replace(/setup:(?:active|passive)/, `setup:${setup}`), media };
  }

  #stand(dialog: Dialog, agreed: Negotiated): void {
    this.#dialog = dialog;
    this.#agreed = agreed;
    dialog.on('ended', () => {
      this.ended = true;
    });
    dialog.on('keyFrameRequested', () => {
      this.keyFramesWanted += 1;
    });
    const { floorControl } = agreed;
    if (floorControl) this.floor?.connect(floorControl.remote, floorControl.setup);
  }

  async #close(): Promise<void> {
    await this.floor?.close();
    await this.hangUp();
    await this.#edge.close();
    for (const { rtp, rtcp } of Object.values(this.#lines)) {
      rtp.close();
      rtcp.close();
    }
  }
}
