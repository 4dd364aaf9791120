import type Gst from 'gi://Gst?version=1.0';
import type { Security } from '../../leg-protocol.ts';
import type { RtpInput, RtpOutput } from '../../protocol.ts';
import { type Branch, branchFromTee, branchInto, countPassed, linkPads, padOf } from '../branch.ts';
import { type BoundSocket, bindSocket, connectInput, connectOutput, elementOf, readProperty } from '../rtp.ts';
import { receivingRtpBin, rtpInputDescription, rtpOutputDescription, sendingRtpBin } from '../rtp-description.ts';
import { type EndpointListener, EndpointStream } from './leg-endpoint.ts';
import { type StreamPosition, serverJitterMs } from './leg-rtp.ts';
import type { EndpointAddress, Sockets } from './leg-transport.ts';

export interface MediumPlan {
  /** Caps of the endpoint's packets; undefined when the endpoint is not to be heard or seen. */
  readonly receive: { readonly caps: string; readonly decode: string } | undefined;
  /** From what it is to be sent to its packets; undefined when nothing is sent. */
  readonly send: ((position: StreamPosition) => string) | undefined;
}

/** A connection to the server: its branch in the pipeline and its socket. */
interface ServerSide {
  readonly branch: Branch;
  readonly bound: BoundSocket;
}

/** What the server sends, and how it is decoded. */
interface Received extends ServerSide {
  readonly input: RtpInput;
  readonly decode: string;
}

/** A picture that is dated later than it came, to follow another stream's, is so by as many ns less than the one before. */
export const easeNs = 10e6;

/**
 * One medium of the leg, both ways:
 *
 *     endpoint → session → decode → `in` → `from` → server      (send)
 *     server → `out` → `to` → encode → session → endpoint       (receive)
 *
 * `in` and `out` are mixers for sound and funnels for pictures, `from` and `to` tees: these stay from `open` to `close`; what hangs on them comes and goes without the other side
 * noticing. It owns everything it names.
 */
export class LegMedium {
  readonly endpoint: EndpointStream;
  readonly #pipeline: Gst.Pipeline;
  readonly #in: Gst.Element;
  readonly #out: Gst.Element;
  readonly #to: Gst.Element;
  readonly #from: Gst.Element;
  readonly #position: StreamPosition;
  #delays = { fromEndpoint: 0, fromServer: 0 };
  #shiftNs = 0;
  #easedAt = 0;
  #receiveKey = '';
  #decodeDescription: string | undefined;
  #isRead = true;
  #sendKey = '';
  #decode: Branch | undefined;
  #encode: Branch | undefined;
  #sending: ServerSide | undefined;
  #receiving: Received | undefined;
  #coming: Received | undefined;

  /** `name` is a prefix for elements; the pipeline holds `NAME-in`, `-from`, `-out`, `-to` already. */
  constructor(
    pipeline: Gst.Pipeline,
    name: 'audio' | 'video' | 'content',
    { sockets, cname }: { sockets: Sockets; cname: string },
    listener: EndpointListener,
  ) {
    this.#pipeline = pipeline;
    this.#in = elementOf(pipeline, `${name}-in`);
    this.#out = elementOf(pipeline, `${name}-out`);
    this.#to = elementOf(pipeline, `${name}-to`);
    this.#from = elementOf(pipeline, `${name}-from`);
    this.#position = {
      ssrc: 1 + Math.floor(Math.random() * 0xfffffffe),
      timestampOffset: Math.floor(Math.random() * 0x80000000),
      sequence: Math.floor(Math.random() * 0x8000),
    };
    this.endpoint = new EndpointStream(pipeline, { sockets, cname, ssrc: this.#position.ssrc }, listener);
  }

  get pipeline(): Gst.Pipeline {
    return this.#pipeline;
  }

  /** Where something else than the server's stream may feed what the endpoint gets. */
  get out(): Gst.Element {
    return this.#out;
  }

  get decode(): Gst.Bin | undefined {
    return this.#decode?.bin;
  }

  /** What hangs on `from` beside the server gets the endpoint's stream as the server does. */
  get from(): Gst.Element {
    return this.#from;
  }

  /** Whether the endpoint is to be heard or seen, by what was negotiated. */
  get receives(): boolean {
    return this.#decodeDescription !== undefined;
  }

  get isRead(): boolean {
    return this.#isRead;
  }

  /** From `to` to the endpoint's packets. */
  get encode(): Gst.Bin | undefined {
    return this.#encode?.bin;
  }

  get sendBin(): Gst.Bin | undefined {
    return this.#sending?.branch.bin;
  }

  get receiveBin(): Gst.Bin | undefined {
    return this.#receiving?.branch.bin;
  }

  /** Of the stream that is to take the place of the server's present one. */
  get comingBin(): Gst.Bin | undefined {
    return this.#coming?.branch.bin;
  }

  /** By how much the server's stream is put off now: to be in step, and for a moment to follow the one before. */
  get delayNs(): number {
    return this.#delays.fromServer + this.#shiftNs;
  }

  get syncDelayNs(): number {
    return this.#delays.fromServer;
  }

  /** By how much the endpoint's stream is put off, to be in step. */
  get heldNs(): number {
    return this.#delays.fromEndpoint;
  }

  /** Puts one direction off in time, to be in step with the other medium. */
  delay(direction: 'fromEndpoint' | 'fromServer', delayNs: number): void {
    this.#delays = { ...this.#delays, [direction]: delayNs };
    if (direction === 'fromServer') this.#applyDelay();
    else if (this.decode !== undefined) padOf(this.decode, 'src').set_offset(delayNs);
  }

  /** To be called again and again: brings a stream that was dated later back to its time. */
  ease(): void {
    const bin = this.receiveBin;
    if (this.#shiftNs === 0 || bin === undefined) return;
    const passed = countPassed(bin, 'out');
    if (passed === this.#easedAt) return;
    this.#easedAt = passed;
    this.#shiftNs = Math.max(0, this.#shiftNs - easeNs);
    this.#applyDelay();
  }

  /** Whether anything is sent to the endpoint. */
  get speaking(): boolean {
    return this.#encode !== undefined;
  }

  /** Takes up what was negotiated; what has not changed goes on undisturbed. */
  connect({ remote, security }: { remote: EndpointAddress; security: Security }, plan: MediumPlan): void {
    this.endpoint.aim(remote, security);
    this.#receive(plan.receive);
    this.#send(plan.send);
  }

  /** What the endpoint sends is decoded from now on; answers whether it was not. It begins with what comes next. */
  read(): boolean {
    if (this.#isRead) return false;
    this.#isRead = true;
    this.#decodeAnew();
    this.endpoint.letThrough(true);
    return true;
  }

  /** What the endpoint sends is counted from now on, and looked at no further. */
  leaveUnread(): void {
    this.#isRead = false;
    this.endpoint.letThrough(false);
  }

  /** Removes what decoded; to be called when `leaveUnread` is so long past that no packet is under way in there. */
  forgetDecoder(): void {
    if (!this.#isRead) this.#removeDecode();
  }

  disconnect(): void {
    this.#receive(undefined);
    this.#send(undefined);
  }

  /** Connects the endpoint's stream to the server; `encode` ends in a payloader. Answers with the local port. */
  sendToServer(output: RtpOutput, encode: string, complete?: (bin: Gst.Bin) => void): number {
    dropServerSide(this.#sending);
    this.#sending = undefined;
    return this.#sendFrom(bindSocket(output.bind), output, encode, complete);
  }

  /** Connects it anew from the same port, in another encoding. */
  sendAnew(output: RtpOutput, encode: string): void {
    const bound = this.#sending?.bound;
    if (bound === undefined) return;
    this.#sending?.branch.remove();
    this.#sendFrom(bound, output, encode);
  }

  #sendFrom(bound: BoundSocket, output: RtpOutput, encode: string, complete?: (bin: Gst.Bin) => void): number {
    const description = `${sendingRtpBin(output.cname)} ${encode} ${rtpOutputDescription()}`;
    const prepare = (bin: Gst.Bin) => {
      connectOutput(bin, bound, output.remote);
      complete?.(bin);
    };
    this.#sending = { branch: branchFromTee(this.#pipeline, this.#from, description, { prepare }), bound };
    return bound.port;
  }

  /**
   * Connects the server's stream to `out` through `decode`. Beside one that is connected already it is `coming`, until
   * `takeComing`; the same again, instead of another that is coming, stays. Answers with the local port.
   */
  receiveFromServer(input: RtpInput, decode: string): number {
    dropServerSide(this.#coming);
    this.#coming = undefined;
    const present = this.#receiving;
    if (present !== undefined && JSON.stringify(present.input) === JSON.stringify(input)) return present.bound.port;
    const bound = bindSocket(input.bind);
    const received = this.#receiveAt(bound, input, decode);
    if (present === undefined) this.#receiving = received;
    else this.#coming = received;
    return bound.port;
  }

  /** What is coming takes the place of what is there: `anew` from its beginning, or as it is, dated later by `shiftNs`. */
  takeComing(how: { anew: true } | { shiftNs: number }): void {
    const coming = this.#coming;
    if (coming === undefined) return;
    dropServerSide(this.#receiving);
    this.#coming = undefined;
    this.#shiftNs = 'anew' in how ? 0 : how.shiftNs;
    this.#easedAt = 0;
    if ('anew' in how) coming.branch.remove();
    this.#receiving = 'anew' in how ? this.#receiveAt(coming.bound, coming.input, coming.decode) : coming;
    this.#applyDelay();
  }

  #receiveAt(bound: BoundSocket, input: RtpInput, decode: string): Received {
    const description = `${receivingRtpBin(serverJitterMs)} ${rtpInputDescription(input)} ${decode}`;
    const prepare = (bin: Gst.Bin) => connectInput(bin, bound, input.remote);
    const branch = branchInto(this.#pipeline, this.#out, description, prepare, this.#delays.fromServer);
    return { branch, bound, input, decode };
  }

  #applyDelay(): void {
    const bin = this.receiveBin;
    if (bin !== undefined) padOf(bin, 'src').set_offset(this.delayNs);
  }

  close(): void {
    this.disconnect();
    dropServerSide(this.#sending);
    dropServerSide(this.#receiving);
    dropServerSide(this.#coming);
    this.endpoint.close();
  }

  #receive(wanted: MediumPlan['receive']): void {
    const key = wanted === undefined ? '' : `${wanted.caps} ${wanted.decode}`;
    if (key === this.#receiveKey) return;
    this.#receiveKey = key;
    this.endpoint.stopReceiving();
    this.#removeDecode();
    this.#decodeDescription = wanted?.decode;
    if (wanted === undefined) return;
    if (this.#isRead) this.#decodeAnew();
    this.endpoint.receive(wanted.caps);
  }

  #decodeAnew(): void {
    if (this.#decode !== undefined || this.#decodeDescription === undefined) return;
    const { fromEndpoint } = this.#delays;
    this.#decode = branchInto(this.#pipeline, this.#in, this.#decodeDescription, undefined, fromEndpoint);
    linkPads(this.endpoint.receivedPad, padOf(this.#decode.bin, 'sink'));
  }

  #removeDecode(): void {
    if (this.#decode === undefined) return;
    this.endpoint.receivedPad.unlink(padOf(this.#decode.bin, 'sink'));
    this.#decode.remove();
    this.#decode = undefined;
  }

  #send(wanted: MediumPlan['send']): void {
    const key = wanted?.({ ...this.#position, sequence: 0 }) ?? '';
    if (key === this.#sendKey) return;
    this.#sendKey = key;
    if (this.#encode !== undefined) {
      const pay = elementOf(this.#encode.bin, 'pay');
      this.#encode.remove();
      this.#position.sequence = (Number(readProperty(pay, 'seqnum')) + 1) % 0x10000;
      this.#encode = undefined;
    }
    if (wanted === undefined) return;
    const onward = this.endpoint.sendPad;
    this.#encode = branchFromTee(this.#pipeline, this.#to, wanted(this.#position), { onward });
  }
}

function dropServerSide(side: ServerSide | undefined): void {
  side?.branch.remove();
  side?.bound.socket.close();
}
