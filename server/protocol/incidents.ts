import { z } from 'zod';
import { nameSchema, timeSchema } from './basics.ts';
import { participantIdSchema } from './ids.ts';
import { reasonSchema } from './lines.ts';

// REG-8: when a line, sound or picture fails, its cause, its remedy and the expected time are on record, and who was told when.

export const incidentIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
export const incidentKindSchema = z.enum(['line', 'sound', 'picture']);
export const toldPartySchema = z.enum(['site', 'carrier', 'chair', 'hostUnit']);
export type ToldParty = z.infer<typeof toldPartySchema>;

/** As people write it, on one line. */
export const incidentTextSchema = z
  .string()
  .trim()
  .max(500)
  .regex(/^[^\p{Cc}\u2028\u2029]*$/u);
const said = incidentTextSchema.min(1);

export const toldSchema = z.strictObject({
  party: toldPartySchema,
  /** Whom exactly. */
  name: nameSchema.optional(),
  at: timeSchema,
  /** Who said so in the meeting. */
  by: participantIdSchema.optional(),
  /** Name of the user who entered it at the desk, afterwards. */
  desk: nameSchema.optional(),
});

/** So many that are over a room still shows while it is held; the log, and the list of the meeting, has all. */
export const ENDED_INCIDENTS_KEPT = 100;

/** A failure of a site, or of several of one carrier at once. One that the monitor opened has a `reason`, and ends by itself. */
export const incidentSchema = z.strictObject({
  id: incidentIdSchema,
  kind: incidentKindSchema.default('line'),
  /** Whose, in the order in which they failed. An invited site that has not come is `participantIdOfSite`. */
  participantIds: z.array(participantIdSchema).min(1).max(400),
  /** Of all of them, in the directory; where there are several. */
  carrierId: z.string().min(1).max(64).optional(),
  /** The first line's, when the monitor opened it. */
  reason: reasonSchema.optional(),
  /** Who opened it by hand, and what was seen. */
  openedBy: participantIdSchema.optional(),
  note: said.optional(),
  openedAt: timeSchema,
  cause: said.optional(),
  remedy: said.optional(),
  /** When it is expected to work again. */
  expectedAt: timeSchema.optional(),
  told: z.array(toldSchema).max(100).default([]),
  endedAt: timeSchema.optional(),
});

/** `GET /api/rooms/:id/incidents` → { incidents: ListedIncident[] }, of a meeting that is held or over. */
export const listedIncidentSchema = incidentSchema.extend({ names: z.array(nameSchema) });

/** `POST /api/rooms/:id/incidents/:incident` → { incidents }. What is left out stays, '' takes it back; also once the meeting is over. */
export const amendIncidentSchema = z.strictObject({
  cause: incidentTextSchema.optional(),
  remedy: incidentTextSchema.optional(),
});
/** `POST /api/rooms/:id/incidents/:incident/told` → { incidents }. Between the incident's beginning and now. */
export const noteToldSchema = z.strictObject({ party: toldPartySchema, name: nameSchema.optional(), at: timeSchema });

export type AmendIncident = z.infer<typeof amendIncidentSchema>;
export type NoteTold = z.infer<typeof noteToldSchema>;
export type ListedIncident = z.infer<typeof listedIncidentSchema>;
export type Incident = z.infer<typeof incidentSchema>;
export type IncidentKind = z.infer<typeof incidentKindSchema>;
