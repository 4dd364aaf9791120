/** The public face of the SIP layer; the only importer of sip.js. Nobody else reaches into this folder. */
export {
  type FloorControl,
  type FloorControlEvent,
  type FloorControlRole,
  openFloorControl,
} from './bfcp/index.ts';
export type {
  Dialog,
  DialogEvents,
  DialogState,
  End,
  Failure,
  FailureCode,
  Identity,
  IncomingDialog,
  OutgoingDialog,
  RemoteParty,
  ReofferListener,
  ReofferResult,
  Source,
} from './dialog.ts';
export { BadTarget, createSipEdge, type SipEdge } from './edge.ts';
export { type H264Profile, parseProfileLevel } from './h264.ts';
export type {
  AudioCodec,
  Fingerprint,
  FloorTransport,
  LocalAudio,
  LocalContent,
  LocalFloorControl,
  LocalMedia,
  LocalStream,
  LocalVideo,
  Negotiated,
  NegotiatedAudio,
  NegotiatedCamera,
  NegotiatedFloorControl,
  NegotiatedStream,
  NegotiatedVideo,
  Security,
  SecurityPolicy,
  SrtpSuite,
  VideoCodec,
  VideoLimits,
} from './media.ts';
export { srtpSuites } from './media.ts';
export { type AnswerResult, answerOffer, buildOffer, readAnswer } from './offer-answer.ts';
export type { PlaceOptions } from './outgoing.ts';
export { type Quirks, quirksOf } from './quirks.ts';
export type { Cause } from './reason.ts';
export type { Direction } from './sdp.ts';
export { nextOffer } from './security.ts';
export type {
  Authorisation,
  Ban,
  BanReason,
  Binding,
  CallRequest,
  RefusedAttempt,
  RegisterOptions,
  Registrar,
  Registration,
  RegistrationState,
  SipAccount,
  SipHooks,
  SipLog,
  SipSettings,
  TlsSettings,
} from './settings.ts';
