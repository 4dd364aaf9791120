/** A call as the rest of the gateway sees it. The types only; `incoming.ts` and `outgoing.ts` make them true. */

import type { Cause } from './reason.ts';

export interface Source {
  ip: string;
  port: number;
  transport: 'udp' | 'tcp' | 'tls';
}

/** What is proven about the other end. */
export interface Identity {
  /** By digest on this request, or by a live registration over this very connection (TCP, TLS). */
  account?: string;
  /** The certificate it presented on its TLS connection, which it holds the key of. */
  certificate?: {
    /** Lower-case hex without colons. */
    fingerprint256: string;
    /** Its DNS names, URIs and common name. */
    names: string[];
    /** True if it is signed by the authority of the settings. */
    trusted: boolean;
  };
}

export interface RemoteParty {
  /** From (inbound) or the dialled target (outbound). Unproven. */
  uri: string;
  displayName?: string;
  /** Where it says it can be called back. */
  contact?: string;
  /** Product and version, for the quirks of devices. */
  userAgent?: string;
  /** Where its last INVITE or final response came from; unknown (port 0) while an outbound call has no answer. */
  source: Source;
  /** What is proven about it; missing where nothing can be, e.g. before an outbound call is answered. */
  identity?: Identity;
}

/**
 * Inbound: incoming → accepted (200 sent, waiting for ACK) → established → ended.
 * Outbound: preparing (waiting for our offer) → calling → ringing → established → ended.
 */
export type DialogState = 'incoming' | 'accepted' | 'preparing' | 'calling' | 'ringing' | 'established' | 'ended';

/**
 * Why an outbound call never came up. Stable codes; the sentence for people is made elsewhere. `notRegistered`: an account of ours
 * without a binding; `unavailable`: the network behind says that its subscriber is absent.
 */
export type FailureCode =
  | 'badTarget'
  | 'noOffer'
  | 'unreachable'
  | 'noAnswer'
  | 'busy'
  | 'declined'
  | 'notFound'
  | 'notRegistered'
  | 'unavailable'
  | 'forbidden'
  | 'authenticationRequired'
  | 'notAcceptable'
  | 'redirected'
  | 'refused';

export interface Failure {
  code: FailureCode;
  /** The SIP status, or 0 when none was received. */
  status: number;
  /** The status' phrase, as the other side worded it. */
  reason: string;
  /** What the network behind it said (RFC 3326), e.g. Q.850 cause 17. */
  cause?: Cause;
  /** Only with `redirected`: where it sends us. Never followed, as only the centre decides whom it calls (REG-12). */
  redirectedTo?: string;
}

export interface End {
  /** `timeout`: the peer vanished, or never acknowledged. */
  by: 'local' | 'remote' | 'timeout';
  status?: number;
  reason?: string;
  /** Of a BYE that says why (RFC 3326). */
  cause?: Cause;
}

export interface DialogEvents {
  /** Outbound: something has taken our INVITE. */
  trying: [];
  /** Outbound: the other end rings. */
  ringing: [];
  /** Outbound: a provisional answer with a description (183), e.g. for an announcement. Not final: `answered` follows. */
  early: [remote: { sdp: string }];
  /**
   * The call is up and the offer/answer exchange complete. `sdp` is the remote's description: the answer to our offer, or,
   * inbound with an offer, that offer once more. RTP may arrive before this.
   */
  answered: [remote: { sdp: string }];
  /** The remote's answer to an offer that we gave to a re-INVITE without one. */
  renegotiated: [remote: { sdp: string }];
  /** The remote asks our encoder for a key frame (RFC 5168). */
  keyFrameRequested: [];
  /** A key was pressed, told by INFO (application/dtmf-relay, application/dtmf): 0 to 9, *, #, A to D. */
  digit: [digit: string];
  /** Outbound, last event: it never came up. */
  failed: [failure: Failure];
  /** Last event, unless `failed` was. */
  ended: [end: End];
}

/**
 * Answers a remote re-INVITE or UPDATE. Given its offer it returns our answer; given `undefined` it returns our offer, to which
 * `renegotiated` brings the answer. Returning `undefined` refuses with 488, and the call stays as it was.
 */
export type ReofferListener = (offer: string | undefined) => string | undefined | Promise<string | undefined>;

export type ReofferResult = { ok: true; sdp: string } | { ok: false; status: number; reason: string };

/** Owned by the edge that made it until its last event (`failed` or `ended`), of which there is exactly one. */
export interface Dialog {
  /** Unique for the life of the process. */
  readonly id: string;
  readonly callId: string;
  readonly direction: 'in' | 'out';
  readonly remote: RemoteParty;
  /** The user part that was dialled. */
  readonly target: string;
  readonly state: DialogState;
  on<E extends keyof DialogEvents>(event: E, listener: (...args: DialogEvents[E]) => void): void;
  off<E extends keyof DialogEvents>(event: E, listener: (...args: DialogEvents[E]) => void): void;
  /** One listener; a second call replaces the first. Without one a re-INVITE gets 488. */
  onReoffer(listener: ReofferListener): void;
  /** A re-INVITE of ours with a new offer. Glare (491) is waited out and tried again; a refusal leaves the call as it was. */
  reoffer(sdp: string): Promise<ReofferResult>;
  /** Asks the remote encoder for a key frame by INFO (RFC 5168); one at a time, others are dropped. */
  requestKeyFrame(): void;
  /**
   * RTP or RTCP of the peer has arrived, now; at least once in 90 s while it does. An endpoint that answers no OPTIONS within a
   * call stays in it by its media; one that does neither for three questions of 30 s is given up.
   */
  noteMedia(): void;
  /** BYE, CANCEL or 480, whatever the state asks for. Resolves once the peer has taken note or can no longer. Never rejects. */
  hangUp(): Promise<void>;
}

/** The `o=` line of every description is written by the dialog (RFC 3264 §8): callers need not count versions. */
export interface IncomingDialog extends Dialog {
  readonly direction: 'in';
  /** The remote's offer; `undefined` is a delayed offer: `answer` then takes our offer, and `answered` brings the answer. */
  readonly offer: string | undefined;
  /** 180 Ringing. */
  ring(): void;
  /** 200 OK with this description. Ignored once the caller has given up. */
  answer(sdp: string): void;
  /** A final refusal, 400 to 699. */
  reject(status: number, reason?: string): void;
}

export interface OutgoingDialog extends Dialog {
  readonly direction: 'out';
}
