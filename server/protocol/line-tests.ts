import { z } from 'zod';
import { participantIdSchema, roomIdSchema, type SiteId, siteIdSchema } from './ids.ts';
import { directionSchema, lineLevelSchema } from './lines.ts';
import { callCauseSchema, nameSchema, timeSchema } from './records.ts';

/**
 * A line is tried without a meeting: from the site's own page, by whoever holds a link into a meeting before he enters, or by
 * a call of the centre to a codec. Under `/api`; one at a time for each site and each link, and none while it is in a meeting.
 *
 *   POST   /site/line-tests                → StartedTest  the site's own computer; 409 `lineTestRunning`, `siteInMeeting`, 429
 *   GET    /site/line-tests                → { tests: LineTest[] } of this site, newest first
 *   GET    /site/line-tests/:id            → LineTest     while it runs, where it stands
 *   DELETE /site/line-tests/:id            → {}           stopped: what was measured by then is not kept
 *   POST   /link/line-tests       OpenLink → StartedTest  by a link into a room that is open; as above
 *   POST   /link/line-tests/:id   OpenLink → LineTest     of this link
 *   POST   /link/line-tests/:id/stop OpenLink → {}
 *   POST   /sites/:id/line-tests           → LineTest     the centre calls the codec; also 409 `siteUnreachable`
 *   GET    /sites/:id/line-tests           → { tests: LineTest[] }
 *   GET    /line-tests                     → { tests: LineTest[] } the latest of each site
 *   GET    /line-tests/:id                 → LineTest
 *   DELETE /line-tests/:id                 → {}
 */
export const lineTestIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
/** `browser`: a computer there sends and receives as in a meeting. `codec`: a call of the centre. */
export const lineTestWaySchema = z.enum(['browser', 'codec']);

const figure = z.number().nonnegative();
/** Of one direction; what is absent was not measured. */
export const testedHalfSchema = z.strictObject({
  /** What came through, kbit/s. */
  kbps: figure.optional(),
  /** More was tried and did not come through: `kbps` is all that the line bears. Else it bears at least that. */
  isFull: z.boolean(),
  /** Share of the packets, 0 to 1. */
  loss: figure.optional(),
  /** RFC 3550 6.4.1. */
  jitterMs: figure.optional(),
});

/**
 * What follows from a measurement. `value` is what was measured, `limit` what it should be: of loss a share, of jitter
 * and round trip milliseconds, of the others kbit/s.
 */
export const adviceSchema = z.strictObject({
  advice: z.enum([
    /** Nothing to be done; of a call, at the rates that it had. */
    'fine',
    'fineCall',
    'loss',
    'jitter',
    'roundTrip',
    /** Less than the directory says that the line has. */
    'belowCapacity',
    /** More than the carrier has promised (REG-17). */
    'aboveTargetLoss',
    'aboveTargetJitter',
    'aboveTargetRoundTrip',
    /** Enough for sound and a picture, but not for a large one; for a small one; for sound alone; not even for that. */
    'mediumPicture',
    'smallPicture',
    'soundOnly',
    'nothing',
    /** The computer was too slow, not the line. */
    'processor',
    /** The codec sent no picture or no sound, so that nothing is known of that direction. */
    'nothingSent',
  ]),
  direction: directionSchema.optional(),
  value: figure.optional(),
  limit: figure.optional(),
});

export const lineTestResultSchema = z.strictObject({
  /** As bad as the worst of it. */
  level: lineLevelSchema,
  up: testedHalfSchema,
  down: testedHalfSchema,
  roundTripMs: figure.optional(),
  /**
   * Of a call: whether the codec's picture came, and how loud its microphone was at most, dBov; absent: silent. `centreMs`: its sound was
   * played back to it, and the centre took so long of that, beyond the two seconds that it waited on purpose. With `roundTripMs` that is
   * the loop of its sound, but for what the codec itself takes.
   */
  seen: z
    .strictObject({
      picture: z.boolean(),
      levelDb: z.number().min(-127).max(0).optional(),
      centreMs: figure.optional(),
    })
    .optional(),
  /** The worst first; at least one. */
  advice: z.array(adviceSchema).min(1).max(16),
});

/** Why there is no result: the call did not come about (`cause`), nothing came, it was stopped, the server stopped. */
export const lineTestFailureSchema = z.enum(['call', 'noMedia', 'stopped', 'interrupted']);
export const lineTestStageSchema = z.enum(['calling', 'connecting', 'up', 'down', 'both', 'loop']);

const lineTestShape = {
  testId: lineTestIdSchema,
  /** Absent: by a link that is of no site in the directory; such a test is told to who has made it, and not kept. */
  siteId: siteIdSchema.optional(),
  /** As the site, or whoever the link is for, was called then. */
  siteName: nameSchema,
  way: lineTestWaySchema,
  /** Who began it: a name of user at the centre, `device:ID` for the site's computer, `link:ID` for who holds a link. */
  by: z.string().min(1).max(128),
  startedAt: timeSchema,
};
export const lineTestSchema = z.discriminatedUnion('status', [
  z.strictObject({
    status: z.literal('running'),
    ...lineTestShape,
    stage: lineTestStageSchema,
    /** Of the whole, 0 to 1. */
    progress: z.number().min(0).max(1),
    /** Of the last second, kbit/s. */
    now: z.strictObject({ upKbps: figure.optional(), downKbps: figure.optional() }),
  }),
  z.strictObject({
    status: z.literal('done'),
    ...lineTestShape,
    endedAt: timeSchema,
    result: lineTestResultSchema,
  }),
  z.strictObject({
    status: z.literal('failed'),
    ...lineTestShape,
    endedAt: timeSchema,
    failure: lineTestFailureSchema,
    cause: callCauseSchema.optional(),
  }),
]);

/** What a computer enters the test with: a room that holds nobody else, and is on no list. */
export const startedTestSchema = z.object({
  test: lineTestSchema,
  ticket: z.string(),
  roomId: roomIdSchema,
  participantId: participantIdSchema,
  /** What it is to send at most, kbit/s. */
  upKbps: z.number().int().positive(),
});

const PREFIX = 'test--';
/** The room of a line test: it is on no list, and its log is not kept. Nobody else opens one of such a name. */
export function testRoomOf(testId: string): string {
  return `${PREFIX}${testId}`;
}
export function isTestRoom(roomId: string): boolean {
  return roomId.startsWith(PREFIX);
}
/** Who sends to the site's computer what is measured on the way down; told of loudness, as the centre is in meetings. */
export const TEST_SOURCE_ID = 'line-test';

export type LineTestWay = z.infer<typeof lineTestWaySchema>;
export type TestedHalf = z.infer<typeof testedHalfSchema>;
export type Advice = z.infer<typeof adviceSchema>;
export type LineTestResult = z.infer<typeof lineTestResultSchema>;
export type LineTestStage = z.infer<typeof lineTestStageSchema>;
export type LineTest = z.infer<typeof lineTestSchema>;
export type RunningLineTest = Extract<LineTest, { status: 'running' }>;
export type EndedLineTest = Exclude<LineTest, { status: 'running' }>;
/** What is in the archive. */
export type KeptLineTest = EndedLineTest & { siteId: SiteId };
export type StartedTest = z.infer<typeof startedTestSchema>;
