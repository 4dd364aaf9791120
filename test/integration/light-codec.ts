/**
 * Codecs that cost next to nothing, so that many of them fit beside what is measured: signalling by one SIP edge for all,
 * media from memory. Loopback only.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Negotiation } from '../../gateway/legs/media.ts';
import {
  type Dialog,
  type LocalMedia,
  type Negotiated,
  type OutgoingDialog,
  readAnswer,
  type SipEdge,
} from '../../gateway/sip/index.ts';
import { LightLine } from './light-line.ts';
import { toneLevelOf } from './perceive.ts';
import type { Clip } from './rtp-clips.ts';
import { address, openEdge } from './sip-peers.ts';

export interface LightOptions {
  sound: Clip;
  picture?: Clip;
  /** Of the picture; default H264. */
  pictureCodec?: 'H264' | 'VP8' | 'H265';
  /** What it says it decodes and, in our negotiation, sends. */
  profileLevelId?: string;
}

/** One endpoint. It answers every call to its name; one at a time. */
export class LightCodec {
  readonly uri: string;
  readonly sound: LightLine;
  readonly picture: LightLine | undefined;
  readonly local: LocalMedia;
  dialog: Dialog | undefined;
  agreed: Negotiated | undefined;
  ended = 0;
  readonly #knowsH265Alone: boolean = false;
  #negotiation: Negotiation;
  #offered = '';

  constructor(uri: string, lines: { sound: LightLine; picture: LightLine | undefined }, options: LightOptions) {
    this.uri = uri;
    this.sound = lines.sound;
    this.picture = lines.picture;
    const { pictureCodec = 'H264', profileLevelId = '42e01f' } = options;
    const video = lines.picture && {
      port: lines.picture.port,
      maxBitrate: 4_000_000,
      codecs: [pictureCodec === 'H265' ? 'H264' : pictureCodec],
      profileLevelId,
    };
    this.#knowsH265Alone = pictureCodec === 'H265';
    this.local = { address, audio: { port: lines.sound.port, codecs: ['PCMA'] }, ...(video ? { video } : {}) };
    this.#negotiation = new Negotiation(this.local);
  }

  get lines(): LightLine[] {
    return [this.sound, this.picture].filter((line) => line !== undefined);
  }

  offer(): string {
    const offer = this.#negotiation.offer();
    this.#offered = this.#knowsH265Alone ? withH265Alone(offer) : offer;
    return this.#offered;
  }

  attach(dialog: Dialog): void {
    this.dialog = dialog;
    dialog.on('ended', () => {
      if (this.dialog !== dialog) return;
      this.dialog = undefined;
      this.ended += 1;
    });
    dialog.onReoffer((offer) => (offer === undefined ? this.offer() : this.answer(offer)));
  }

  answer(offer: string): string | undefined {
    const answered = this.#negotiation.answer(offer);
    if (!answered.ok) return undefined;
    this.#agree(answered.media);
    return answered.sdp;
  }

  accept(answer: string): void {
    const agreed = readAnswer(this.#offered, answer, this.local);
    if (agreed) this.#agree(agreed);
  }

  /**
   * A re-INVITE in which this much of the description that it called with is another, and nothing as it was agreed on: a
   * codec may change its mind about encryption, which our own side never does. Throws when it is refused.
   */
  async reoffer(changes: Partial<LocalMedia>): Promise<void> {
    Object.assign(this.local, changes);
    this.forget();
    const result = await this.dialog?.reoffer(this.offer());
    if (!result?.ok) throw new Error(`re-INVITE: ${result?.status}`);
    this.accept(result.sdp);
  }

  /** A new call begins with nothing agreed on. */
  forget(): void {
    this.#negotiation = new Negotiation(this.local);
  }

  /** The level in dB of a tone in the last second that it heard; −120 is silence. */
  level(hertz: number): number {
    const bytes = Buffer.concat(this.sound.heard.payloads);
    return bytes.length < 4000 ? -120 : toneLevelOf(Int16Array.from(bytes, aLaw), hertz, 8000);
  }

  #agree(agreed: Negotiated): void {
    this.agreed = agreed;
    const { audio, video } = agreed;
    if (audio) this.sound.start(audio.remote, audio.payloadType);
    if (video) this.picture?.start(video.remote, video.payloadType);
  }
}

/** What our own side never offers. */
function withH265Alone(offer: string): string {
  return offer.replace(/97 98(?=\r\n)/, '97').replace(/97 H264\/90000\r\na=fmtp:97 [^\r]*/, '97 H265/90000');
}

/** G.711 A-law to 16 bit linear. */
function aLaw(octet: number): number {
  const code = octet ^ 0x55;
  const exponent = (code >> 4) & 7;
  const mantissa = ((code & 15) << 4) + 8;
  const value = exponent === 0 ? mantissa : (mantissa + 0x100) << (exponent - 1);
  return code & 0x80 ? value : -value;
}

/** All of them, behind one edge. Whoever opens it closes it. */
export class CodecRack {
  readonly edge: SipEdge;
  readonly codecs = new Map<string, LightCodec>();

  private constructor(edge: SipEdge) {
    this.edge = edge;
    edge.onIncoming((dialog) => {
      const codec = this.codecs.get(dialog.target);
      if (!codec) return dialog.reject(404);
      codec.forget();
      codec.attach(dialog);
      dialog.on('answered', ({ sdp }) => {
        if (dialog.offer === undefined) codec.accept(sdp);
      });
      const sdp = dialog.offer === undefined ? codec.offer() : codec.answer(dialog.offer);
      if (sdp === undefined) dialog.reject(488);
      else dialog.answer(sdp);
    });
  }

  static async open(): Promise<CodecRack> {
    return new CodecRack(await openEdge({}, { userAgent: 'light codec' }));
  }

  get port(): number {
    return this.edge.port;
  }

  async add(name: string, options: LightOptions): Promise<LightCodec> {
    const sound = await LightLine.open(options.sound);
    const picture = options.picture && (await LightLine.open(options.picture));
    const codec = new LightCodec(`sip:${name}@${address}:${this.port}`, { sound, picture }, options);
    this.codecs.set(name, codec);
    return codec;
  }

  /** Resolves when it is answered; rejects with the status when it is not. */
  async call(codec: LightCodec, name: string, uri: string): Promise<Dialog> {
    codec.forget();
    const dialog: OutgoingDialog = this.edge.place(uri, {
      callerName: name,
      fromUser: name,
      offer: () => codec.offer(),
    });
    return new Promise((resolve, reject) => {
      dialog.on('failed', ({ code, status }) => reject(new Error(`${uri}: ${code} ${status}`)));
      dialog.on('answered', ({ sdp }) => {
        codec.attach(dialog);
        codec.accept(sdp);
        resolve(dialog);
      });
    });
  }

  async close(): Promise<void> {
    for (const codec of this.codecs.values()) {
      await codec.dialog?.hangUp();
      for (const line of codec.lines) line.close();
    }
    await sleep(50); // the answers to BYE
    await this.edge.close();
  }
}
