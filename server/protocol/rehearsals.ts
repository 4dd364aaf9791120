import { z } from 'zod';
import { nameSchema, timeSchema } from './basics.ts';
import { bookingIdSchema, bookingStatusSchema } from './bookings.ts';
import { siteIdSchema } from './ids.ts';
import { incidentTextSchema } from './incidents.ts';
import { lineLevelSchema } from './lines.ts';

/**
 * The rehearsal of a booked meeting and what is checked after it (REG-5, REG-6, REG-13), under `/api`:
 *
 *   GET  /bookings/:id/rehearsal                  → FollowedRehearsal
 *   PUT  /bookings/:id/rehearsal/:site SaveChecklist → FollowedRehearsal   the centre, for a site that phoned
 *   PUT  /bookings/:id/rehearsal/round { on: boolean } → FollowedRehearsal  whether its codecs are tried by themselves; 409 `stepRefused` once opened
 *   GET  /site/rehearsals                         → { rehearsals: SiteDuty[] } of this site
 *   PUT  /site/rehearsals/:id  SaveChecklist      → SiteDuty       409 `stepRefused` where it is not the time for this list
 *   POST /site/rehearsals/:id/tests SiteTested    → SiteDuty       what the site's own page has tried
 */

/** REG-6, and the terminals of REG-5; framings also REG-11. In the order in which they are gone through. */
export const REHEARSAL_ITEMS = [
  'power',
  'backupPower',
  'terminal',
  'sound',
  'picture',
  'connected',
  'framings',
] as const;
/** REG-13: everything is checked before it is switched off and the power is cut. */
export const CLOSING_ITEMS = ['terminal', 'sound', 'picture', 'line', 'switchedOff', 'powerCut'] as const;
export const phaseSchema = z.enum(['rehearsal', 'closing']);

const signedSchema = z.strictObject({
  /** The technician, by name. */
  name: nameSchema,
  at: timeSchema,
  /** `device:ID`, or a name of user where the site phoned the centre. */
  by: z.string().min(1).max(128),
});
const checklistOf = <T extends readonly [string, ...string[]]>(items: T) =>
  z.strictObject({
    ticked: z.array(z.enum(items)).max(items.length),
    /** What is not as it should be. */
    note: incidentTextSchema.optional(),
    signed: signedSchema.optional(),
  });
export const rehearsalListSchema = checklistOf(REHEARSAL_ITEMS);
export const closingListSchema = checklistOf(CLOSING_ITEMS);

/** `site`: tried on the site's own page; `centre`: seen by the server in the meeting's room. */
const tried = { at: timeSchema, ok: z.boolean() };
const where = { by: z.enum(['site', 'centre']) };
const figure = z.number().nonnegative();
export const wayInSchema = z.enum(['browser', 'call']);
/** What was tried of a site, the last of each. */
export const siteTestsSchema = z.strictObject({
  reach: z.strictObject({ ...tried, way: wayInSchema, roundTripMs: figure.optional() }).optional(),
  join: z.strictObject({ ...tried, way: wayInSchema }).optional(),
  /**
   * `levelDb`: dBov. `delayMs`: from the loudspeaker back through the microphone, or there and back over the line. `loop`: a codec's sound
   * was played back to it, and `delayMs` is the line's both ways and what the centre took.
   */
  sound: z
    .strictObject({
      ...{ ...tried, ...where, levelDb: z.number().min(-127).max(0).optional(), delayMs: figure.optional() },
      loop: z.boolean().optional(),
    })
    .optional(),
  picture: z.strictObject({ ...tried, ...where, width: figure.optional(), height: figure.optional() }).optional(),
  /** Of the archive of `protocol/line-tests.ts`. `capacity`: what the directory says that the line has, kbit/s. */
  line: z
    .strictObject({
      ...tried,
      testId: z.string().max(64),
      /** Who began it, as the archive has it: `rehearsal:BOOKING` where nobody did. */
      by: z.string().max(128).optional(),
      level: lineLevelSchema.optional(),
      upKbps: figure.optional(),
      downKbps: figure.optional(),
      capacity: z.strictObject({ upKbps: figure.optional(), downKbps: figure.optional() }).optional(),
    })
    .optional(),
});
export const TEST_PARTS = ['reach', 'join', 'sound', 'picture', 'line'] as const;

/** Everything that is known of one site's rehearsal and of its check at the end. */
export const siteRehearsalSchema = z.strictObject({
  siteId: siteIdSchema,
  tests: siteTestsSchema,
  rehearsal: rehearsalListSchema,
  closing: closingListSchema,
});
/** What a site still lacks. */
export const lackSchema = z.enum([...TEST_PARTS, 'checklist', 'signature']);
export const siteLacksSchema = z.strictObject({ siteId: siteIdSchema, lacks: z.array(lackSchema).max(7) });

/** What the room of a booked meeting knows of its rehearsal. */
export const roomRehearsalSchema = z.strictObject({
  bookingId: bookingIdSchema,
  startsAt: timeSchema,
  /** REG-5: by then every site is tested. */
  dueAt: timeSchema,
  sites: z.record(siteIdSchema, siteRehearsalSchema),
  /** At `dueAt`, or when the room was opened after it: the sites that lacked something, and what. */
  lacking: z.array(siteLacksSchema).max(400).optional(),
});

/**
 * How far the codecs of a meeting are tried by themselves. `ahead`: not before the preparation time; `stopped`: by an operator, for this
 * meeting; `off`: in the settings; `over`: it was opened, or is an emergency.
 */
export const roundSchema = z.object({
  state: z.enum(['ahead', 'on', 'stopped', 'off', 'over']),
  beginsAt: timeSchema,
  /** Who is being called. */
  trying: z.array(siteIdSchema),
  /** Codecs whose line is still to be found good. */
  left: z.number().int().nonnegative(),
});
export const setRoundSchema = z.strictObject({ on: z.boolean() });

export const rehearsalSchema = z.object({
  bookingId: bookingIdSchema,
  startsAt: timeSchema,
  dueAt: timeSchema,
  /** An emergency (REG-3) is opened untested. */
  waived: z.boolean(),
  sites: z.array(siteRehearsalSchema.extend({ name: nameSchema, lacks: z.array(lackSchema) })),
});
export const followedRehearsalSchema = rehearsalSchema.extend({ round: roundSchema });
/** What a site has to do for one meeting. */
export const siteDutySchema = z.object({
  bookingId: bookingIdSchema,
  title: nameSchema,
  status: bookingStatusSchema,
  preparationAt: timeSchema,
  startsAt: timeSchema,
  endsAt: timeSchema,
  dueAt: timeSchema,
  /** Which list it is time for; absent: neither yet, or no longer. */
  phase: phaseSchema.optional(),
  /** Whom the directory names, to sign by. */
  technicians: z.array(nameSchema),
  site: siteRehearsalSchema,
  lacks: z.array(lackSchema),
});

/** The whole list as it is now. Who changes it takes an earlier signature back. */
export const saveChecklistSchema = z.discriminatedUnion('phase', [
  z.strictObject({
    phase: z.literal('rehearsal'),
    ...rehearsalListSchema.omit({ signed: true }).shape,
    /** The technician signs; every item is ticked, or the note says why not. */
    signedBy: nameSchema.optional(),
  }),
  z.strictObject({
    phase: z.literal('closing'),
    ...closingListSchema.omit({ signed: true }).shape,
    signedBy: nameSchema.optional(),
  }),
]);
/** `levelDb`: what came back of the tone that was played; absent where nothing did. */
export const siteTestedSchema = z.discriminatedUnion('part', [
  z.strictObject({
    part: z.literal('sound'),
    levelDb: z.number().min(-127).max(0).optional(),
    delayMs: figure.max(10_000).optional(),
  }),
  z.strictObject({
    part: z.literal('picture'),
    width: figure.max(16_384),
    height: figure.max(16_384),
    dark: z.boolean(),
  }),
]);

export type Phase = z.infer<typeof phaseSchema>;
export type TestPart = (typeof TEST_PARTS)[number];
export type SiteTests = z.infer<typeof siteTestsSchema>;
export type SiteRehearsal = z.infer<typeof siteRehearsalSchema>;
export type Lack = z.infer<typeof lackSchema>;
export type SiteLacks = z.infer<typeof siteLacksSchema>;
export type Rehearsal = z.infer<typeof rehearsalSchema>;
export type Round = z.infer<typeof roundSchema>;
export type FollowedRehearsal = z.infer<typeof followedRehearsalSchema>;
export type SiteDuty = z.infer<typeof siteDutySchema>;
export type SaveChecklist = z.infer<typeof saveChecklistSchema>;
export type SiteTested = z.infer<typeof siteTestedSchema>;
