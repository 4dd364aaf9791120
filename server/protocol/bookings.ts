import { z } from 'zod';
import { nameSchema, timeSchema } from './basics.ts';
import { organisationIdSchema } from './directory.ts';
import { roomIdSchema, siteIdSchema } from './ids.ts';

// Meetings before they are open and after: booked, announced, rehearsed, held, reported (REG-1 to REG-4, REG-19).

export const bookingIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
export const deskIdSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/);

/** `announced`: everyone concerned has been sent the notice of it. */
export const bookingStatusSchema = z.enum([
  'requested',
  'confirmed',
  'announced',
  'rehearsing',
  'open',
  'closed',
  'reported',
  'cancelled',
]);
export const bookingStepSchema = z.enum(['confirm', 'announce', 'rehearse', 'open', 'close', 'report', 'cancel']);

/** What happens to a booking, as programs are told of it: `booking.EVENT`. */
export const BOOKING_EVENTS = [
  ...(['requested', 'changed', 'confirmed', 'announced', 'rehearsing'] as const),
  ...(['opened', 'closed', 'reported', 'cancelled'] as const),
] as const;
export const bookingEventSchema = z.enum(BOOKING_EVENTS);
/** What a program may ask to be told of; what is of no booking has its whole name (`protocol/program-calls.ts`). */
export const ROOM_EVENTS = ['incident.opened', 'incident.closed', 'recording.ready', 'recording.deleted'] as const;
export const PROGRAM_EVENTS = [...BOOKING_EVENTS, ...ROOM_EVENTS] as const;
export const programEventSchema = z.enum(PROGRAM_EVENTS);

export const reasonSchema = z.string().trim().min(1).max(500);
/** Storm, flood, fire (REG-3): no lead time, but a reason on record. */
export const emergencySchema = z.strictObject({ reason: reasonSchema });

/** Like an RFC 5545 rule: FREQ=WEEKLY or MONTHLY, INTERVAL, COUNT. Monthly keeps its week and weekday (the first Monday). */
export const repeatSchema = z.strictObject({
  every: z.enum(['week', 'month']),
  interval: z.number().int().min(1).max(12).default(1),
  /** How many meetings in all. */
  times: z.number().int().min(2).max(60),
});

const bookedShape = {
  title: nameSchema,
  /** Who calls the meeting (REG-20). */
  hostUnitId: organisationIdSchema,
  /** Where the meeting is presided over; absent: at the centre (REG-19). */
  hostSiteId: siteIdSchema.optional(),
  siteIds: z.array(siteIdSchema).min(1).max(400),
  /** The operator's desk at the centre that drives it. */
  deskId: deskIdSchema.default('main'),
  /** Everyone's equipment is on from here (REG-4). */
  preparationAt: timeSchema,
  /** The official opening. */
  startsAt: timeSchema,
  endsAt: timeSchema,
  emergency: emergencySchema.optional(),
  /** When the host unit's written announcement reached the office (REG-1); absent: with the booking. */
  announcedAt: timeSchema.optional(),
  note: z.string().trim().max(2_000).optional(),
};
export const bookSchema = z.strictObject({ ...bookedShape, repeat: repeatSchema.optional() });
/** `version` is the one that was looked at; another one is refused. */
export const changeBookingSchema = z.strictObject({ ...bookedShape, version: z.number().int().positive() });
/** `reason` with `cancel`. */
export const takeStepSchema = z.strictObject({ step: bookingStepSchema, reason: reasonSchema.optional() });

/**
 * Of one of the two lead times. `soon`: to be met within the warning time; `late`: done, after its time; `waived`: an
 * emergency has none.
 */
export const deadlineSchema = z.object({
  dueAt: timeSchema,
  doneAt: timeSchema.optional(),
  state: z.enum(['met', 'toMeet', 'soon', 'missed', 'late', 'waived']),
});
export const deadlinesSchema = z.object({ announcement: deadlineSchema, carrier: deadlineSchema });

export const bookingSchema = z.object({
  ...bookedShape,
  announcedAt: timeSchema,
  bookingId: bookingIdSchema,
  /** Of meetings that were booked as one repetition. */
  seriesId: bookingIdSchema.optional(),
  status: bookingStatusSchema,
  /** Rises with each change of what was booked, not with its steps. */
  version: z.number().int().positive(),
  /** The live meeting, once it was opened. */
  roomId: roomIdSchema.optional(),
  /** Every step with who took it; the first is the request. */
  steps: z.array(
    z.object({ status: bookingStatusSchema, at: timeSchema, by: z.string(), reason: z.string().optional() }),
  ),
  deadlines: deadlinesSchema,
});

/** Who would be in two meetings at once (REG-2), and in which other one. */
export const clashSchema = z.object({
  resource: z.enum(['site', 'desk']),
  id: z.string(),
  name: z.string(),
  booking: z.object({
    bookingId: bookingIdSchema,
    /** '' where it is not this unit's business. */
    title: z.string(),
    hostUnitId: organisationIdSchema,
    preparationAt: timeSchema,
    startsAt: timeSchema,
    endsAt: timeSchema,
  }),
});
export const bookingCheckSchema = z.object({
  /** Of each meeting that the repetition makes. */
  occurrences: z.array(z.object({ preparationAt: timeSchema, startsAt: timeSchema, endsAt: timeSchema })),
  /** Of the first. */
  deadlines: deadlinesSchema,
  clashes: z.array(clashSchema),
});

/** What a booking may name, for whoever may ask for one. */
export const bookingChoicesSchema = z.object({
  sites: z.array(z.object({ siteId: siteIdSchema, name: nameSchema, unit: nameSchema.optional() })),
  hostUnits: z.array(z.object({ organisationId: organisationIdSchema, name: nameSchema })),
  desks: z.array(z.object({ deskId: deskIdSchema, name: nameSchema })),
});

/** `MM-DD` for every year, `YYYY-MM-DD` for one. */
export const holidaySchema = z.string().regex(/^(?:\d{4}-)?(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/);
export const deskSettingsSchema = z.strictObject({
  office: nameSchema.default('Văn phòng UBND tỉnh'),
  /** Whether the lead times count every day or only Monday to Friday without holidays. */
  counting: z.enum(['calendar', 'working']).default('calendar'),
  announcementDays: z.number().int().min(0).max(60).default(5),
  carrierDays: z.number().int().min(0).max(60).default(2),
  warnHours: z.number().int().min(0).max(240).default(24),
  /** How long before the opening every site is tested (REG-5). */
  rehearsalMinutes: z.number().int().min(0).max(1440).default(30),
  /** Codecs are tried by themselves from the preparation time on (REG-5). */
  selfTest: z.boolean().default(true),
  /** After how many minutes one whose test failed is tried again. */
  retestMinutes: z.number().int().min(1).max(240).default(10),
  /** New Year, Reunification, Labour, National Day; the days of the lunar year are entered each year. */
  holidays: z.array(holidaySchema).max(200).default(['01-01', '04-30', '05-01', '09-02']),
  desks: z
    .array(z.strictObject({ deskId: deskIdSchema, name: nameSchema }))
    .min(1)
    .max(20)
    .default([{ deskId: 'main', name: 'Bàn điều khiển 1' }]),
  /** Of the notices. */
  language: z.enum(['vi', 'en']).default('vi'),
  /** Programs that are told what happens, signed with a secret of their own. */
  webhooks: z
    .array(
      z.strictObject({
        webhookId: deskIdSchema,
        url: z.url({ protocol: /^https?$/ }).max(500),
        events: z
          .array(programEventSchema)
          .min(1)
          .default([...BOOKING_EVENTS]),
      }),
    )
    .max(10)
    .default([]),
});

export type Book = z.infer<typeof bookSchema>;
export type Booked = Omit<Book, 'repeat'>;
export type ChangeBooking = z.infer<typeof changeBookingSchema>;
export type Booking = z.infer<typeof bookingSchema>;
export type BookingStatus = z.infer<typeof bookingStatusSchema>;
export type BookingEvent = z.infer<typeof bookingEventSchema>;
export type RoomEventName = (typeof ROOM_EVENTS)[number];
export type ProgramEvent = z.infer<typeof programEventSchema>;
export type BookingStep = z.infer<typeof bookingStepSchema>;
export type TakeStep = z.infer<typeof takeStepSchema>;
export type Repeat = z.infer<typeof repeatSchema>;
export type Deadline = z.infer<typeof deadlineSchema>;
export type Deadlines = z.infer<typeof deadlinesSchema>;
export type Clash = z.infer<typeof clashSchema>;
export type BookingCheck = z.infer<typeof bookingCheckSchema>;
export type BookingChoices = z.infer<typeof bookingChoicesSchema>;
export type DeskSettings = z.infer<typeof deskSettingsSchema>;
