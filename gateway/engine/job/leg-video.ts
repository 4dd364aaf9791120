import type { EndpointVideo } from '../leg-protocol.ts';
import type { RtpInput, RtpOutput } from '../protocol.ts';
import { countPassed } from './branch.ts';
import { KeyFrameWatch } from './key-frames.ts';
import type { LegMedium } from './leg-medium.ts';
import { depayVideoDescription, videoCaps, videoPayloadDescription } from './leg-rtp.ts';
import { ProgramSwitch, programDescription } from './program-switch.ts';
import { elementOf } from './rtp.ts';
import { payloaderProperties } from './rtp-description.ts';
import { sizeSlide } from './slide.ts';
import { readInputSources } from './sources.ts';

/** The fixed part: slide and program share what the endpoint sees, one of them at a time. */
export const videoSkeleton = [
  'funnel name=video-in ! tee name=video-from allow-not-linked=true',
  'funnel name=video-out ! tee name=video-to allow-not-linked=true',
].join(' ');

export interface VideoListener {
  onFlowing(size: { width: number; height: number }): void;
  onKeyFrameWanted(): void;
  onShowing(picture: 'slide' | 'program'): void;
}

/** The picture of the leg. The medium is the caller's to close, after `close`. */
export class LegVideo {
  readonly #medium: LegMedium;
  readonly #listener: VideoListener;
  readonly #switch: ProgramSwitch;
  #fromEndpoint = new KeyFrameWatch();
  #requests = 0;
  #serverRequests = 0;
  #endpointRequests = 0;
  #size = '';

  constructor(medium: LegMedium, slideText: string, listener: VideoListener) {
    this.#medium = medium;
    this.#listener = listener;
    this.#switch = new ProgramSwitch(medium, { text: slideText, awayMs: 2500, onShowing: listener.onShowing });
  }

  get showing(): 'slide' | 'program' {
    return this.#switch.showing;
  }

  connect(video: EndpointVideo | undefined): void {
    if (video === undefined) {
      this.#medium.disconnect();
      return;
    }
    const sees = video.direction === 'sendrecv' || video.direction === 'recvonly';
    const shows = video.direction === 'sendrecv' || video.direction === 'sendonly';
    this.#switch.fit(sizeSlide(video.profileLevelId, video.maxBitrateKbps));
    this.#medium.connect(video.remote, {
      receive: sees ? { caps: videoCaps(video), decode: depayVideoDescription } : undefined,
      send: shows ? (position) => videoPayloadDescription(video, position) : undefined,
    });
  }

  sendToServer(output: RtpOutput): number {
    const pay = `rtph264pay ${payloaderProperties(output)} mtu=1200 aggregate-mode=zero-latency`;
    this.#serverRequests = 0;
    return this.#medium.sendToServer(output, `queue name=in max-size-buffers=60 leaky=downstream ! ${pay}`);
  }

  receiveFromServer(input: RtpInput): number {
    const port = this.#medium.receiveFromServer(input, programDescription);
    this.#switch.programReplaced();
    return port;
  }

  hold(on: boolean, text: string | undefined): void {
    this.#switch.hold(on, text);
  }

  /** The endpoint's own request, said by SIP, for a key frame of what it sees. */
  requestKeyFrame(): void {
    this.#switch.requestKeyFrame();
  }

  poll(now: number): void {
    const source = this.#medium.endpoint.poll(now);
    this.#relayRequests();
    this.#reportSize();
    const decode = this.#medium.decode;
    const frames = decode === undefined ? 0 : countPassed(decode, 'out');
    const due = this.#fromEndpoint.isDue(now, { packets: source?.packetsReceived ?? 0, frames });
    if (this.#serverAsked() || (due && decode !== undefined)) this.#askEndpoint();
    this.#switch.poll(now);
  }

  close(): void {
    this.#switch.close();
  }

  #askEndpoint(): void {
    this.#requests += 1;
    this.#medium.endpoint.requestKeyFrame(this.#requests % 2 === 1 ? 'pli' : 'fir');
    this.#listener.onKeyFrameWanted();
  }

  /** GStreamer passes a request on by itself, but it names our SSRC, which the server's session does not know. */
  #relayRequests(): void {
    const requests = this.#medium.endpoint.keyFrameRequests;
    if (requests > this.#endpointRequests) this.#switch.requestKeyFrame();
    this.#endpointRequests = requests;
  }

  #serverAsked(): boolean {
    const bin = this.#medium.sendBin;
    if (bin === undefined) return false;
    const requests = readInputSources(bin).reduce((sum, source) => sum + source.keyFrameRequests, 0);
    const asked = requests > this.#serverRequests;
    this.#serverRequests = requests;
    return asked;
  }

  #reportSize(): void {
    const decode = this.#medium.decode;
    const caps = decode === undefined ? null : elementOf(decode, 'out').get_static_pad('src')?.get_current_caps();
    if (caps === undefined || caps === null) return;
    const structure = caps.get_structure(0);
    const size = { width: Number(structure.get_value('width')), height: Number(structure.get_value('height')) };
    const text = `${size.width}x${size.height}`;
    if (text === this.#size || !(size.width > 0)) return;
    this.#size = text;
    this.#listener.onFlowing(size);
  }
}
