/** A call that came to us: we are the UAS (RFC 3261 §13.3). */
import type { InviteUserAgentServer } from 'sip.js/lib/core/index.js';
import { Call, type CallOptions } from './call.ts';
import type { IncomingDialog, RemoteParty } from './dialog.ts';
import { type Ringing, ring } from './ringing.ts';
import { Session } from './session.ts';
import { sdpBody } from './session-headers.ts';
import type { TimerAnswer } from './session-timer.ts';

export interface IncomingCallOptions extends CallOptions {
  request: InviteUserAgentServer;
  /** What the 2xx says about session timers. */
  timer: Extract<TimerAnswer, { kind: 'taken' }>;
  target: string;
  remote: RemoteParty;
}

export class IncomingCall extends Call implements IncomingDialog {
  readonly direction = 'in';
  readonly callId: string;
  readonly target: string;
  readonly remote: RemoteParty;
  readonly offer: string | undefined;
  readonly #request: InviteUserAgentServer;
  readonly #timer: IncomingCallOptions['timer'];
  #ringing: Ringing | undefined;

  /** Made only while the INVITE still waits for its final response. */
  constructor(options: IncomingCallOptions) {
    super(options, 'incoming');
    this.#request = options.request;
    this.#timer = options.timer;
    this.target = options.target;
    this.remote = options.remote;
    this.callId = options.request.message.callId;
    this.offer = options.request.message.body || undefined;
    this.#request.delegate = { onCancel: () => this.#receiveCancel() };
  }

  ring(): void {
    if (this.current !== 'incoming' || this.#ringing) return;
    this.#ringing = ring(this.#request, this.listener, () => this.#receiveNoPrack());
    const { session } = this.#ringing;
    // A caller may also hang up an early dialog by BYE (RFC 3261 §15).
    session.delegate = {
      ...session.delegate,
      onBye: (request) => {
        request.accept();
        this.#receiveCancel();
      },
    };
  }

  answer(sdp: string): void {
    if (this.current !== 'incoming') return;
    this.#ringing?.stop();
    const described = this.stamp(sdp);
    const { session } = this.#request.accept({
      statusCode: 200,
      extraHeaders: ['Accept: application/sdp', ...this.#timer.headers],
      body: sdpBody(described),
    });
    this.current = 'accepted';
    const { message } = this.#request;
    const { agreed } = this.#timer;
    this.session = new Session({ dialog: session, owner: this, message, described, agreed, awaitsAck: true });
  }

  reject(status: number, reason?: string): void {
    if (this.current !== 'incoming') return;
    this.#ringing?.stop();
    const statusCode = Number.isInteger(status) && status >= 400 && status <= 699 ? status : 480;
    this.#request.reject({ statusCode, ...(reason === undefined ? {} : { reasonPhrase: oneLine(reason) }) });
    this.finish('ended', { by: 'local', status: statusCode });
  }

  async hangUp(): Promise<void> {
    if (this.current === 'incoming') return this.reject(480);
    const told = this.session?.bye();
    this.finish('ended', { by: 'local' });
    await told;
  }

  acknowledged(sdp: string | undefined): void {
    const remote = this.offer ?? sdp;
    if (remote !== undefined) this.establish(remote);
    else this.#giveUp('ACK without the answer to our offer');
  }

  #giveUp(reason: string): void {
    const told = this.session?.bye();
    told?.catch((error: unknown) => this.listener.log.debug({ code: 'byeFailed', error: String(error) }, 'sip'));
    this.finish('ended', { by: 'local', reason });
  }

  /** RFC 3262 §3: then the call is refused with a 5xx. */
  #receiveNoPrack(): void {
    if (this.current !== 'incoming') return;
    this.#request.reject({ statusCode: 504 });
    this.finish('ended', { by: 'timeout', status: 504, reason: 'no PRACK' });
  }

  #receiveCancel(): void {
    if (this.current !== 'incoming') return;
    this.#ringing?.stop();
    this.#request.reject({ statusCode: 487 });
    this.finish('ended', { by: 'remote', status: 487, reason: 'cancelled' });
  }
}

/** A reason phrase is one line of the response's head. */
const oneLine = (text: string): string => text.replace(/[\r\n]+/g, ' ').slice(0, 128);
