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
} from './dialog/dialog.ts';
export type { PlaceOptions } from './dialog/outgoing.ts';
export type { Cause } from './dialog/reason.ts';
export { BadTarget, createSipEdge, type SipEdge } from './edge.ts';
export { type H264Profile, parseProfileLevel } from './sdp/h264.ts';
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
} from './sdp/media.ts';
export { srtpSuites } from './sdp/media.ts';
export { type AnswerResult, answerOffer, buildOffer, readAnswer } from './sdp/offer-answer.ts';
export { type Quirks, quirksOf } from './sdp/quirks.ts';
export type { Direction } from './sdp/sdp.ts';
export { nextOffer } from './sdp/security.ts';
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
