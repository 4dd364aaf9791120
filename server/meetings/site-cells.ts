import type { z } from 'zod';
import {
  type CellFault,
  type Contact,
  emailSchema,
  type Line,
  lineSchema,
  MOST_TECHNICIANS,
  phoneSchema,
  siteDetailsSchema,
} from '../protocol/directory.ts';
import type { SaveSite } from '../protocol/http.ts';
import { sipAccountSchema, sipAddressSchema, siteIdSchema } from '../protocol/ids.ts';
import { nameSchema } from '../protocol/records.ts';
import { fingerprintSchema, networkSchema } from '../protocol/wire.ts';
import { type Cells, type ColumnKey, ENCRYPTION_WORDS, personKey, YES } from './site-columns.ts';

export interface CellProblem {
  key: ColumnKey;
  fault: CellFault;
}

/** A row as a site, with every cell that is no good. `carrierId` answers for a name that is new, too. */
export function siteOf(cells: Cells, carrierId: (name: string) => string): { site: SaveSite; problems: CellProblem[] } {
  const reader = new Reader(cells);
  const siteId = reader.parsed('siteId', siteIdSchema, 'badSiteId', (text) => text.toLowerCase());
  const name = reader.required('name');
  const unit = reader.name('unit');
  const equipment = reader.parsed('equipment', siteDetailsSchema.shape.equipment.unwrap(), 'tooLong');
  const sip = sipOf(reader);
  const line = lineOf(reader, carrierId);
  const technicians = techniciansOf(reader);
  const site: SaveSite = {
    ...(siteId === undefined ? {} : { siteId }),
    name,
    ...(unit === undefined ? {} : { unit }),
    ...(equipment === undefined ? {} : { equipment }),
    ...(line ? { line } : {}),
    ...(technicians.length > 0 ? { technicians } : {}),
    ...(sip ? { sip } : {}),
  };
  return { site, problems: reader.problems };
}

/** Takes cells one by one and remembers what is wrong with them. */
class Reader {
  readonly #cells: Cells;
  readonly problems: CellProblem[] = [];

  constructor(cells: Cells) {
    this.#cells = cells;
  }

  text(key: ColumnKey): string {
    return (this.#cells.get(key) ?? '').normalize('NFC').trim();
  }

  fail(key: ColumnKey, fault: CellFault): void {
    this.problems.push({ key, fault });
  }

  parsed<S extends z.ZodType>(
    key: ColumnKey,
    schema: S,
    fault: CellFault,
    prepare: (text: string) => unknown = (text) => text,
  ): z.output<S> | undefined {
    const text = this.text(key);
    if (text === '') return undefined;
    const result = schema.safeParse(prepare(text));
    if (!result.success) this.fail(key, fault);
    return result.success ? result.data : undefined;
  }

  name(key: ColumnKey): string | undefined {
    return this.parsed(key, nameSchema, 'badName');
  }

  required(key: ColumnKey): string {
    if (this.text(key) === '') this.fail(key, 'required');
    return this.name(key) ?? '';
  }

  yes(key: ColumnKey): boolean {
    const text = this.text(key).toLowerCase();
    if (['', 'không', 'khong', 'no', '0', 'false'].includes(text)) return false;
    const isYes = [YES.vi.toLowerCase(), YES.en.toLowerCase(), 'co', 'x', '1', 'true'].includes(text);
    if (!isYes) this.fail(key, 'badYesNo');
    return isYes;
  }
}

function sipOf(reader: Reader): SaveSite['sip'] {
  const address = reader.parsed('address', sipAddressSchema, 'badAddress');
  const fallback = reader.parsed('fallback', sipAddressSchema, 'badAddress');
  const account = reader.parsed('account', sipAccountSchema, 'badAccount', (text) => text.toLowerCase());
  const sources = reader.parsed('sources', networkSchema.array().max(16), 'badNetwork', (text) =>
    text.split(/[\s,;]+/).filter((source) => source !== ''),
  );
  const certificate = reader.parsed('certificate', fingerprintSchema, 'badFingerprint', (text) =>
    text
      .toLowerCase()
      .replace(/^sha-?256[\s:=]+/, '')
      .replace(/[\s:]/g, ''),
  );
  const encryption = encryptionOf(reader);
  const bridge = reader.yes('bridge');
  const isGiven = [address, fallback, account, certificate, encryption].some((one) => one !== undefined);
  if (!isGiven && (sources ?? []).length === 0 && !bridge) return undefined;
  return {
    ...(address === undefined ? {} : { address }),
    ...(fallback === undefined ? {} : { fallback }),
    ...(account === undefined ? {} : { account }),
    ...(certificate === undefined ? {} : { certificate }),
    sources: sources ?? [],
    encryption: encryption ?? 'preferred',
    bridge,
  };
}

function encryptionOf(reader: Reader): 'required' | 'preferred' | 'off' | undefined {
  const text = reader.text('encryption').toLowerCase();
  if (text === '') return undefined;
  for (const value of ['required', 'preferred', 'off'] as const) {
    const { vi, en } = ENCRYPTION_WORDS[value];
    if ([value, vi.toLowerCase(), en.toLowerCase()].includes(text)) return value;
  }
  reader.fail('encryption', 'badEncryption');
  return undefined;
}

function lineOf(reader: Reader, carrierId: (name: string) => string): Line | undefined {
  const carrier = reader.name('carrier');
  const number = (key: ColumnKey, schema: z.ZodType<number | undefined>) =>
    reader.parsed(key, schema, 'badNumber', (text) => Number(text.replace(/\s/g, '').replace(',', '.')));
  const { downKbps: down, upKbps: up, targets } = lineSchema.shape;
  const promised = targets.unwrap().shape;
  const downKbps = number('downKbps', down);
  const upKbps = number('upKbps', up);
  const availability = number('availability', promised.availability);
  const loss = number('loss', promised.loss);
  const jitterMs = number('jitterMs', promised.jitterMs);
  const roundTripMs = number('roundTripMs', promised.roundTripMs);
  const all = [carrier, downKbps, upKbps, availability, loss, jitterMs, roundTripMs];
  if (all.every((one) => one === undefined)) return undefined;
  return {
    ...(carrier === undefined ? {} : { carrierId: carrierId(carrier) }),
    ...(downKbps === undefined ? {} : { downKbps }),
    ...(upKbps === undefined ? {} : { upKbps }),
    targets: {
      ...(availability === undefined ? {} : { availability }),
      ...(loss === undefined ? {} : { loss }),
      ...(jitterMs === undefined ? {} : { jitterMs }),
      ...(roundTripMs === undefined ? {} : { roundTripMs }),
    },
  };
}

function techniciansOf(reader: Reader): Contact[] {
  const people: Contact[] = [];
  for (let n = 1; n <= MOST_TECHNICIANS; n++) {
    const name = reader.name(personKey(n, 'name'));
    const unit = reader.name(personKey(n, 'unit'));
    const phone = reader.parsed(personKey(n, 'phone'), phoneSchema, 'badPhone', withLeadingZero);
    const email = reader.parsed(personKey(n, 'email'), emailSchema, 'badEmail');
    const hasName = reader.text(personKey(n, 'name')) !== '';
    if (!hasName && [unit, phone, email].some((one) => one !== undefined)) {
      reader.fail(personKey(n, 'name'), 'contactWithoutName');
    }
    if (name === undefined) continue;
    people.push({
      name,
      ...(unit === undefined ? {} : { unit }),
      ...(phone === undefined ? {} : { phone }),
      ...(email === undefined ? {} : { email }),
    });
  }
  return people;
}

/** A spreadsheet takes `0912345678` for a number and drops its zero. */
function withLeadingZero(text: string): string {
  return /^[2-9]\d{8}$/.test(text) ? `0${text}` : text;
}
