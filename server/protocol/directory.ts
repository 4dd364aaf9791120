import { z } from 'zod';
import { nameSchema, timeSchema } from './basics.ts';
import { siteIdSchema } from './ids.ts';

// Whom to ask and what with: the centre's directory beside the sites' addresses (REG-15, REG-17).

/** A carrier or a host unit. */
export const organisationIdSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/);
export const organisationKindSchema = z.enum(['carrier', 'hostUnit']);
/** As people write it: digits with blanks, dots, hyphens and brackets, an extension behind `x`. */
export const phoneSchema = z
  .string()
  .trim()
  .regex(/^\+?[0-9(][0-9 .()-]{4,24}(?: ?x ?\d{1,6})?$/);
export const emailSchema = z.email().max(254);

/** A person to call (REG-15: name, unit, phone, e-mail). */
export const contactSchema = z.strictObject({
  name: nameSchema,
  unit: nameSchema.optional(),
  phone: phoneSchema.optional(),
  email: emailSchema.optional(),
});

/** What the carrier has promised; what is absent was not agreed. */
export const lineTargetsSchema = z.strictObject({
  /** Percent of the time. */
  availability: z.number().min(0).max(100).optional(),
  /** Percent of the packets. */
  loss: z.number().min(0).max(100).optional(),
  jitterMs: z.number().min(0).max(10_000).optional(),
  roundTripMs: z.number().min(0).max(10_000).optional(),
});
/** The link between a site and the centre. Capacities in kbit/s, as the site sees them. */
export const lineSchema = z.strictObject({
  carrierId: organisationIdSchema.optional(),
  downKbps: z.number().int().min(1).max(100_000_000).optional(),
  upKbps: z.number().int().min(1).max(100_000_000).optional(),
  targets: lineTargetsSchema.default({}),
});

export const MOST_TECHNICIANS = 3;
/** What the directory knows of a site beside how it is called. */
export const siteDetailsSchema = z.strictObject({
  /** The office that it belongs to. */
  unit: nameSchema.optional(),
  /** Codec, cameras, sound, as people describe them. */
  equipment: z.string().trim().min(1).max(500).optional(),
  line: lineSchema.optional(),
  technicians: z.array(contactSchema).max(MOST_TECHNICIANS).optional(),
});

export const saveOrganisationSchema = z.strictObject({
  kind: organisationKindSchema,
  name: nameSchema,
  /** A carrier's duty contacts; who speaks for a host unit. */
  contacts: z.array(contactSchema).max(20).default([]),
});
export const organisationSchema = saveOrganisationSchema.extend({ organisationId: organisationIdSchema });

/** One change of the directory; `before` is null for what was added, `after` for what was removed. */
export const directoryChangeSchema = z.object({
  id: z.number().int(),
  at: timeSchema,
  by: z.string(),
  kind: z.enum(['site', 'carrier', 'hostUnit']),
  /** Of the site or the organisation. */
  subject: z.string(),
  name: z.string(),
  before: z.record(z.string(), z.unknown()).nullable(),
  after: z.record(z.string(), z.unknown()).nullable(),
});

export const sheetFormatSchema = z.enum(['csv', 'xlsx']);
/** What is wrong with a cell. The sentence and the remedy are the catalogues'. */
export const cellFaultSchema = z.enum([
  'unreadable',
  'badEncoding',
  'noHeader',
  'unknownColumn',
  'columnTwice',
  'required',
  'badName',
  'tooLong',
  'badSiteId',
  'badAddress',
  'badAccount',
  'badNetwork',
  'badFingerprint',
  'badEncryption',
  'badYesNo',
  'badNumber',
  'badPhone',
  'badEmail',
  'contactWithoutName',
  'siteTwice',
  'nameAmbiguous',
  'accountTwice',
  'tooManyRows',
]);
/** `row` as a spreadsheet counts it; 0 where it is the whole sheet. `column` as the sheet names it. */
export const sheetFaultSchema = z.object({
  row: z.number().int().nonnegative(),
  column: z.string(),
  fault: cellFaultSchema,
  /** What stands there. */
  given: z.string(),
  /** The other row, the limit. */
  detail: z.string().optional(),
});
/** `saved` is false for a dry run and wherever there is a fault: then nothing was changed. */
export const importReportSchema = z.object({
  saved: z.boolean(),
  rows: z.number().int().nonnegative(),
  added: z.array(z.string()),
  changed: z.array(z.object({ siteId: siteIdSchema, name: z.string(), columns: z.array(z.string()) })),
  unchanged: z.number().int().nonnegative(),
  /** Carriers that the sheet names and the directory does not have yet: they are added with the sites. */
  newCarriers: z.array(z.string()),
  faults: z.array(sheetFaultSchema),
});

export type Contact = z.infer<typeof contactSchema>;
export type Line = z.infer<typeof lineSchema>;
export type SiteDetails = z.infer<typeof siteDetailsSchema>;
export type Organisation = z.infer<typeof organisationSchema>;
export type OrganisationKind = z.infer<typeof organisationKindSchema>;
export type SaveOrganisation = z.infer<typeof saveOrganisationSchema>;
export type DirectoryChange = z.infer<typeof directoryChangeSchema>;
export type SheetFormat = z.infer<typeof sheetFormatSchema>;
export type CellFault = z.infer<typeof cellFaultSchema>;
export type SheetFault = z.infer<typeof sheetFaultSchema>;
export type ImportReport = z.infer<typeof importReportSchema>;
