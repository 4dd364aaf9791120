import { z } from 'zod';

/** Who is to blame, and so what to do: mend the input, ask for the right, look again, slow down, tell us. */
export const categorySchema = z.enum(['input', 'permission', 'state', 'limit', 'server']);

/** Every code that a command, a request or an HTTP call may be refused with. Codes are stable; sentences are the catalogues'. */
export const REFUSALS = {
  malformed: 'input',
  messageTooLarge: 'input',
  versionUnsupported: 'input',
  unknownLayout: 'input',
  notSignedIn: 'permission',
  wrongPassword: 'permission',
  passwordChangeRequired: 'permission',
  passwordTooWeak: 'input',
  codeRequired: 'permission',
  codeWrong: 'permission',
  accountLocked: 'permission',
  accountDisabled: 'permission',
  enrolmentInvalid: 'permission',
  notEnrolled: 'permission',
  singleSignOnFailed: 'permission',
  accountUnknown: 'state',
  accountExists: 'state',
  lastAdministrator: 'state',
  sessionUnknown: 'state',
  deviceUnknown: 'state',
  totpIsOn: 'state',
  totpIsOff: 'state',
  linkInvalid: 'permission',
  linkExpired: 'permission',
  linkRevoked: 'permission',
  notPermitted: 'permission',
  removed: 'permission',
  notInvited: 'permission',
  pinRequired: 'permission',
  pinWrong: 'permission',
  roomUnknown: 'state',
  roomExists: 'state',
  meetingEnded: 'state',
  participantUnknown: 'state',
  participantAway: 'state',
  requestUnknown: 'state',
  requestClosed: 'state',
  alreadyRequested: 'state',
  notSpeaking: 'state',
  previewChanged: 'state',
  notHeld: 'state',
  layoutNotSaved: 'state',
  layoutNameTaken: 'state',
  callUnknown: 'state',
  alreadyDialled: 'state',
  siteUnknown: 'state',
  siteExists: 'state',
  accountTaken: 'state',
  organisationUnknown: 'state',
  organisationExists: 'state',
  organisationInUse: 'state',
  bookingUnknown: 'state',
  bookingChanged: 'state',
  bookingClash: 'state',
  noticeUnknown: 'state',
  stepRefused: 'state',
  siteUnreachable: 'state',
  lineTestUnknown: 'state',
  lineTestRunning: 'state',
  siteInMeeting: 'state',
  notPresenting: 'state',
  chatUnsupported: 'state',
  chatClosed: 'state',
  cameraUnsupported: 'state',
  incidentUnknown: 'state',
  incidentOpen: 'state',
  incidentMeasured: 'state',
  incidentOver: 'state',
  framingUnknown: 'state',
  alreadyRecording: 'state',
  notRecording: 'state',
  recordingUnknown: 'state',
  recordingRunning: 'state',
  recordingHeld: 'state',
  recordingInParts: 'state',
  recordingWatermarked: 'permission',
  commentUnknown: 'state',
  shareUnknown: 'state',
  transportUnknown: 'state',
  producerUnknown: 'state',
  consumerUnknown: 'state',
  mediaUnsupported: 'input',
  tokenInvalid: 'permission',
  tokenUnknown: 'state',
  tokenNameTaken: 'state',
  scopeMissing: 'permission',
  ifMatchRequired: 'input',
  keyReused: 'input',
  etagMismatch: 'state',
  tooManyAttempts: 'limit',
  tooManyMessages: 'limit',
  tooManyStreams: 'limit',
  roomFull: 'limit',
  retry: 'server',
  mediaUnavailable: 'server',
  recordingKeyMissing: 'server',
  recordingStoreAway: 'server',
  internal: 'server',
} as const satisfies Record<string, z.infer<typeof categorySchema>>;

export type RefusalCode = keyof typeof REFUSALS;
export type Category = z.infer<typeof categorySchema>;

export const refusalSchema = z.object({
  code: z.enum(Object.keys(REFUSALS) as [RefusalCode, ...RefusalCode[]]),
  category: categorySchema,
  /** What the sentence needs: a field's path, a limit, a name. */
  detail: z.string().max(256).optional(),
});
export type Refusal = z.infer<typeof refusalSchema>;

export function refuse(code: RefusalCode, detail?: string): Refusal {
  return { code, category: REFUSALS[code], ...(detail === undefined ? {} : { detail: detail.slice(0, 256) }) };
}

/** A refusal on its way to the edge, which answers with it; anything else that is thrown there becomes `internal`. */
export class Refused extends Error {
  readonly refusal: Refusal;

  constructor(code: RefusalCode, detail?: string) {
    super(detail === undefined ? code : `${code}: ${detail}`);
    this.name = 'Refused';
    this.refusal = refuse(code, detail);
  }
}

/** Parses what came over the wire. Throws `Refused` that names the first offending field by its path. */
export function parse<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys.slice(0, 1)] : (issue?.path ?? []);
  throw new Refused('malformed', path.join('.'));
}
