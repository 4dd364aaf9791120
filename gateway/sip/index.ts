/** The public face of the SIP layer; the only importer of sip.js. Nobody else reaches into this folder. */
export { type FloorControl, type FloorControlEvent, type FloorControlRole, openFloorControl } from './bfcp/index.ts';
export type { Dialog, End, Failure, FailureCode, IncomingDialog, OutgoingDialog } from './dialog/dialog.ts';
export type { PlaceOptions } from './dialog/outgoing.ts';
export { BadTarget, createSipEdge, type SipEdge } from './edge.ts';
export { withFloorOverTcp } from './sdp/floor-control-line.ts';
export type {
  FloorTransport,
  LocalFloorControl,
  LocalMedia,
  LocalVideo,
  Negotiated,
  NegotiatedFloorControl,
  NegotiatedVideo,
  SecurityPolicy,
  SrtpSuite,
} from './sdp/media.ts';
export { answerOffer, buildOffer, readAnswer } from './sdp/offer-answer.ts';
export { type Quirks, quirksOf } from './sdp/quirks.ts';
export type { Direction } from './sdp/sdp.ts';
export { nextOffer } from './sdp/security.ts';
export type {
  Authorisation,
  Ban,
  Binding,
  CallRequest,
  RefusedAttempt,
  Registration,
  RegistrationState,
  SipAccount,
  SipHooks,
  SipLog,
  SipSettings,
  TlsSettings,
} from './settings.ts';
