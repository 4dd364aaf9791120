/** A call that came to us: we are the UAS (RFC 3261 §13.3). */
import type { InviteUserAgentServer } from 'sip.js/lib/core/index.js';
import { Call, type CallOptions } from './call.ts';
import type { IncomingDialog, RemoteParty } from './dialog.ts';
import { Session } from './session.ts';
import { sdpBody, sessionTimer } from './session-headers.ts';

export interface IncomingCallOptions extends CallOptions {
  request: InviteUserAgentServer;
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

  /** Made only while the INVITE still waits for its final response. */
  constructor(options: IncomingCallOptions) {
    super(options, 'incoming');
    this.#request = options.request;
    this.target = options.target;
    this.remote = options.remote;
    this.callId = options.request.message.callId;
    this.offer = options.request.message.body || undefined;
    this.#request.delegate = { onCancel: () => this.#receiveCancel() };
  }

  ring(): void {
    if (this.current !== 'incoming') return;
    const { session } = this.#request.progress({ statusCode: 180 });
    // A caller may also hang up an early dialog by BYE (RFC 3261 §15).
    session.delegate = {
      onBye: (request) => {
        request.accept();
        this.#receiveCancel();
      },
    };
  }

  answer(sdp: string): void {
    if (this.current !== 'incoming') return;
    const { session } = this.#request.accept({
      statusCode: 200,
      extraHeaders: sessionTimer(this.#request.message),
      body: sdpBody(this.stamp(sdp)),
    });
    this.current = 'accepted';
    this.session = new Session(session, this, this.remote.source, true);
  }

  reject(status: number, reason?: string): void {
    if (this.current !== 'incoming') return;
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

  #receiveCancel(): void {
    if (this.current !== 'incoming') return;
    this.#request.reject({ statusCode: 487 });
    this.finish('ended', { by: 'remote', status: 487, reason: 'cancelled' });
  }
}

/** A reason phrase is one line of the response's head. */
const oneLine = (text: string): string => text.replace(/[\r\n]+/g, ' ').slice(0, 128);
