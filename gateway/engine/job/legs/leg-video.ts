import type { EndpointVideo, PictureInput, VideoOutput } from '../../leg-protocol.ts';
import { countPassed } from '../branch.ts';
import { KeyFrameWatch } from '../key-frames.ts';
import { PictureNeed, type PictureUse } from '../pictures/picture-need.ts';
import { ProgramSwitch } from '../program-switch.ts';
import { elementOf, forceKeyFrame } from '../rtp.ts';
import { sizeSlide } from '../slide.ts';
import { readInputSources, type Source } from '../sources.ts';
import type { LegMedium, MediumPlan } from './leg-medium.ts';
import { sizeOf } from './leg-program.ts';
import { serverDescription } from './leg-server-description.ts';
import { StillMaker } from './leg-still.ts';
import { Tiers, type WantedTiers } from './leg-tiers.ts';
import {
  depayVideoDescription,
  isTranscoded,
  type PassedCodec,
  passedCodec,
  videoCaps,
} from './leg-video-description.ts';
import { PictureForEndpoint } from './leg-video-send.ts';
import { ProgramChange, replaceableProgramDescription } from './program-change.ts';

/** The fixed part of the medium `name`: slide and program share what the endpoint sees, one of them at a time. */
export function videoSkeleton(name: string): string {
  return [
    `funnel name=${name}-in ! tee name=${name}-from allow-not-linked=true`,
    `funnel name=${name}-out ! tee name=${name}-to allow-not-linked=true`,
  ].join(' ');
}

export interface VideoListener {
  onFlowing(size: { width: number; height: number }): void;
  onKeyFrameWanted(): void;
  onShowing?(picture: 'slide' | 'program'): void;
  /** The program of this SSRC has taken the place of another. */
  onChanged?(ssrc: number): void;
}

/** The picture of the leg, or its presentation. The medium is the caller's to close, after `close`. */
export class LegVideo {
  readonly #medium: LegMedium;
  readonly #listener: VideoListener;
  readonly #switch: ProgramSwitch;
  readonly #change: ProgramChange;
  readonly #toEndpoint: PictureForEndpoint;
  readonly #still: StillMaker;
  #video: EndpointVideo | undefined;
  #output: VideoOutput | undefined;
  #program: PictureInput | undefined;
  #tiers: Tiers | undefined;
  #wanted: WantedTiers = { low: false, mid: false };
  #isWatched = true;
  readonly #need = new PictureNeed();
  #fromEndpoint = new KeyFrameWatch();
  #requests = 0;
  #serverRequests = 0;
  #endpointRequests = 0;
  #lost = 0;
  #brokenAt = Number.NEGATIVE_INFINITY;
  #size = '';

  /** Without a text for the slide the endpoint gets nothing at all while there is no program. */
  constructor(medium: LegMedium, slideText: string | undefined, listener: VideoListener) {
    this.#medium = medium;
    this.#listener = listener;
    const onShowing = (picture: 'slide' | 'program') => listener.onShowing?.(picture);
    this.#switch = new ProgramSwitch(medium, { text: slideText, awayMs: 2500, onShowing });
    this.#change = new ProgramChange(medium, {
      isShown: () => medium.speaking && this.#switch.showing === 'program',
      onContinued: () => this.#programChanged(() => this.#switch.programContinued()),
      onBroken: () => this.#programChanged(() => this.#switch.programReplaced()),
    });
    this.#toEndpoint = new PictureForEndpoint(medium);
    this.#still = new StillMaker(medium, () => this.#refresh());
  }

  get showing(): 'slide' | 'program' {
    return this.#switch.showing;
  }

  /** Whether a picture is decoded and encoded in this leg, of whichever direction. Tiers are no part of this. */
  get transcoding(): boolean {
    const received = this.#video !== undefined && isTranscoded(this.#video) && this.#medium.decode !== undefined;
    return received || this.#toEndpoint.encoding;
  }

  connect(video: EndpointVideo | undefined): void {
    if (video === undefined) {
      this.#medium.disconnect();
      return;
    }
    const before = this.#codec;
    this.#video = video;
    this.#switch.fit(sizeSlide(video.limits.maxFs, video.maxBitrateKbps));
    const send = isSeen(video) ? this.#toEndpoint.plan(video) : undefined;
    if (before !== this.#codec) this.#changeCodec(video, send);
    this.#plan(video, send);
  }

  sendToServer(output: VideoOutput): number {
    this.#output = output;
    this.#isWatched = true;
    this.#serverRequests = 0;
    const port = this.#medium.sendToServer(output, serverDescription(this.#codec, output));
    this.#openTiers(output);
    return port;
  }

  receiveFromServer(program: PictureInput): number {
    const { picture, ...input } = program;
    const port = this.#medium.receiveFromServer(input, replaceableProgramDescription);
    const isFirst = this.#program === undefined;
    this.#program = program;
    if (isFirst) this.#toEndpoint.expect(picture);
    return port;
  }

  /** `watched`: somebody receives the picture, of whatever size. */
  setWanted({ watched, ...tiers }: WantedTiers & { watched: boolean }): void {
    this.#isWatched = watched;
    const opened = watched && this.#read();
    if (this.#setTiers(tiers) && !opened) this.#refresh();
  }

  /** A small JPEG of the endpoint's next key frame in base64, null when none comes. */
  still(now: number): Promise<string | null> {
    if (!this.#medium.receives) return Promise.resolve(null);
    const still = this.#still.take(this.#codec, now);
    this.#read();
    return still;
  }

  hold(on: boolean, text: string | undefined): void {
    this.#switch.hold(on, text);
  }

  /** The endpoint's own request, said by SIP, for a key frame of what it sees. */
  requestKeyFrame(): void {
    if (!this.#toEndpoint.forceKeyFrame()) this.#switch.requestKeyFrame();
  }

  poll(now: number): void {
    const source = this.#medium.endpoint.poll(now);
    this.#relayRequests();
    this.#reportSize();
    if (this.#serverAsked()) this.#answerServer(now);
    if (this.#use(now) === 'needed') this.#watch(source, now);
    this.#medium.ease();
    this.#change.poll(now);
    this.#switch.poll(now);
    this.#follow(now);
    this.#still.poll(now);
  }

  close(): void {
    this.#still.close();
    this.#switch.close();
  }

  #programChanged(take: () => void): void {
    take();
    this.#toEndpoint.expect(this.#program?.picture);
    if (this.#program !== undefined) this.#listener.onChanged?.(this.#program.ssrc);
  }

  /** Sees to it that there is a picture while packets come. */
  #watch(source: Source | undefined, now: number): void {
    const decode = this.#medium.decode;
    const frames = decode === undefined ? 0 : countPassed(decode, 'out');
    const due = this.#fromEndpoint.isDue(now, { packets: source?.packetsReceived ?? 0, frames });
    if ((due || this.#isBroken(source?.packetsLost ?? 0, now)) && decode !== undefined) this.#askEndpoint();
  }

  /** Until its size has been told once, a picture is looked at in any case. */
  #use(now: number): PictureUse {
    const needed = this.#isWatched || this.#still.isWaiting || this.#size === '';
    const steady = this.#video === undefined || !isTranscoded(this.#video);
    const use = this.#need.use(now, { needed, steady });
    if (use === 'needed') this.#read();
    else if (this.#medium.isRead) this.#medium.leaveUnread();
    if (use === 'gone') this.#medium.forgetDecoder();
    return use;
  }

  /** Answers whether the picture begins anew: from a key frame, for which the endpoint has been asked. */
  #read(): boolean {
    const opened = this.#medium.read();
    if (opened) this.#askEndpoint();
    return opened;
  }

  #answerServer(now: number): void {
    this.#need.asked(now);
    if (!this.#read()) this.#refresh();
  }

  get #codec(): PassedCodec {
    return this.#video === undefined ? 'H264' : passedCodec(this.#video);
  }

  #plan(video: EndpointVideo, send: MediumPlan['send']): void {
    const shown = video.direction === 'sendrecv' || video.direction === 'recvonly';
    const before = this.#medium.encode;
    this.#medium.connect(video, {
      receive: shown ? { caps: videoCaps(video), decode: depayVideoDescription(video) } : undefined,
      send,
    });
    this.#toEndpoint.applyBitrate();
    if (before !== undefined && this.#medium.encode !== before) this.#switch.requestKeyFrame();
  }

  /** Another codec than before comes from the endpoint: nothing of the old one may reach what is made for the new one. */
  #changeCodec(video: EndpointVideo, send: MediumPlan['send']): void {
    this.#still.close();
    this.#medium.connect(video, { receive: undefined, send });
    if (this.#output === undefined) return;
    this.#medium.sendAnew(this.#output, serverDescription(this.#codec, this.#output));
    this.#openTiers(this.#output);
  }

  #openTiers({ payloadType, tiers }: VideoOutput): void {
    const bin = this.#medium.sendBin;
    const ssrcs = (tiers ?? []).map(({ ssrc }) => ssrc);
    this.#tiers = bin === undefined || ssrcs.length === 0 ? undefined : new Tiers(bin, this.#codec, payloadType, ssrcs);
    this.#setTiers(this.#wanted);
  }

  /** Answers whether a key frame is needed for it. */
  #setTiers(wanted: WantedTiers): boolean {
    this.#wanted = wanted;
    return this.#tiers?.set(wanted) ?? false;
  }

  /** Takes up what the program has turned out to be. */
  #follow(now: number): void {
    const video = this.#video;
    if (video === undefined || !this.#medium.speaking) return;
    const send = this.#toEndpoint.poll(now, this.#switch.showing);
    if (send !== undefined) this.#plan(video, send);
  }

  /** A key frame of what goes to the server: from the endpoint, or from the encoder where its picture is made anew. */
  #refresh(): void {
    const decode = this.#medium.decode;
    if (decode !== undefined && this.#video !== undefined && isTranscoded(this.#video))
      forceKeyFrame(elementOf(decode, 'encoder'));
    else this.#askEndpoint();
  }

  #askEndpoint(): void {
    this.#requests += 1;
    this.#medium.endpoint.requestKeyFrame(this.#requests % 2 === 1 ? 'pli' : 'fir');
    this.#listener.onKeyFrameWanted();
  }

  /** GStreamer passes a request on by itself, but it names our SSRC, which the server's session does not know. */
  #relayRequests(): void {
    const requests = this.#medium.endpoint.keyFrameRequests;
    if (requests > this.#endpointRequests) this.requestKeyFrame();
    this.#endpointRequests = requests;
  }

  /** GStreamer's H.265 goes on after a loss and shows what is left of the picture. */
  #isBroken(lost: number, now: number): boolean {
    if (this.#video?.codec !== 'H265' || lost <= this.#lost || now - this.#brokenAt < 1000) return false;
    this.#lost = lost;
    this.#brokenAt = now;
    return true;
  }

  /** A tier's encoder hears of its own requests. */
  #serverAsked(): boolean {
    const bin = this.#medium.sendBin;
    if (bin === undefined) return false;
    const tiers = (this.#output?.tiers ?? []).map(({ ssrc }) => ssrc);
    const sources = readInputSources(bin).filter(({ ssrc }) => !tiers.includes(ssrc));
    const requests = sources.reduce((sum, source) => sum + source.keyFrameRequests, 0);
    const asked = requests > this.#serverRequests;
    this.#serverRequests = requests;
    return asked;
  }

  #reportSize(): void {
    const decode = this.#medium.decode;
    const size = decode === undefined ? undefined : sizeOf(elementOf(decode, 'out'));
    if (size === undefined) return;
    const text = `${size.width}x${size.height}`;
    if (text === this.#size) return;
    this.#size = text;
    this.#listener.onFlowing(size);
  }
}

function isSeen({ direction }: EndpointVideo): boolean {
  return direction === 'sendrecv' || direction === 'sendonly';
}
