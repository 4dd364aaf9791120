import type { SaveSite, Site } from '../../../server/protocol/http.ts';
import { sipAccountSchema, sipAddressSchema, siteIdSchema } from '../../../server/protocol/ids.ts';
import { type Encryption, nameSchema } from '../../../server/protocol/records.ts';
import type { Refusal } from '../../../server/protocol/refusals.ts';
import { fingerprintSchema, networkSchema } from '../../../server/protocol/wire.ts';
import { type DetailsForm, detailsFormOf, detailsOf } from './site-details-form.ts';

/** A site as it is typed. Empty is absent. */
export interface SiteForm {
  siteId: string;
  name: string;
  address: string;
  fallback: string;
  account: string;
  /** Never shown again; empty leaves it as it is. */
  password: string;
  /** Several, divided by commas, spaces or lines. */
  sources: string;
  certificate: string;
  encryption: Encryption;
  bridge: boolean;
  /** What else the directory knows of it. */
  details: DetailsForm;
}
export type SiteField = Exclude<keyof SiteForm, 'encryption' | 'bridge' | 'details'>;

const SHORTEST_PASSWORD = 8;
const PASSWORD = /^[\x21-\x7e]{8,128}$/;
const MOST_SOURCES = 16;

export function formOf(site: Site | undefined): SiteForm {
  return {
    siteId: site?.siteId ?? '',
    name: site?.name ?? '',
    address: site?.sip?.address ?? '',
    fallback: site?.sip?.fallback ?? '',
    account: site?.sip?.account ?? '',
    password: '',
    sources: site?.sip?.sources.join(', ') ?? '',
    certificate: site?.sip?.certificate ?? '',
    encryption: site?.sip?.encryption ?? 'preferred',
    bridge: site?.sip?.bridge ?? false,
    details: detailsFormOf(site),
  };
}

/** The fields that would be refused. A site's id is fixed once it is in the directory. */
export function wrongFields(form: SiteForm): Set<SiteField> {
  const wrong = new Set<SiteField>();
  const check = (field: SiteField, isGood: boolean) => isGood || wrong.add(field);
  const absentOr = (text: string, isGood: (text: string) => boolean) => text === '' || isGood(text);
  const { account, certificate, siteId, ...given } = trimmed(form);
  check('name', nameSchema.safeParse(given.name).success);
  check(
    'siteId',
    absentOr(siteId, (text) => siteIdSchema.safeParse(text).success),
  );
  for (const field of ['address', 'fallback'] as const) {
    check(
      field,
      absentOr(given[field], (text) => sipAddressSchema.safeParse(text).success),
    );
  }
  check(
    'account',
    absentOr(account, (text) => sipAccountSchema.safeParse(text).success),
  );
  check(
    'password',
    absentOr(form.password, (text) => account !== '' && PASSWORD.test(text)),
  );
  const sources = sourcesOf(form);
  check('sources', sources.length <= MOST_SOURCES && sources.every((text) => networkSchema.safeParse(text).success));
  check(
    'certificate',
    absentOr(certificate, (text) => fingerprintSchema.safeParse(text).success),
  );
  return wrong;
}

/**
 * What is sent. Codecs print fingerprints in capitals with colons; account names have no capitals.
 * @param isNew only then may the id be chosen
 */
export function saveOf(form: SiteForm, isNew: boolean): SaveSite {
  const { siteId, name, address, fallback, account, certificate } = trimmed(form);
  const sources = sourcesOf(form);
  const { encryption, bridge, password } = form;
  const hasSip = [address, fallback, account, certificate].some((text) => text !== '') || sources.length > 0;
  return {
    ...(isNew && siteId !== '' ? { siteId } : {}),
    name,
    ...detailsOf(form.details),
    ...(hasSip || bridge
      ? {
          sip: {
            ...(address === '' ? {} : { address }),
            ...(fallback === '' ? {} : { fallback }),
            ...(account === '' ? {} : { account }),
            ...(account === '' || password === '' ? {} : { password }),
            ...(certificate === '' ? {} : { certificate }),
            sources,
            encryption,
            bridge,
          },
        }
      : {}),
  };
}

/** The field that a refusal is about; nothing where it is about none. */
export function fieldOf({ code, detail }: Refusal): SiteField | undefined {
  if (code === 'siteExists') return 'siteId';
  if (code === 'accountTaken') return 'account';
  if (code !== 'malformed') return undefined;
  const field = (detail ?? '').replace(/^sip\./, '').split('.')[0];
  return FIELDS.find((known) => known === field);
}

const FIELDS: readonly SiteField[] = [
  'siteId',
  'name',
  'address',
  'fallback',
  'account',
  'password',
  'sources',
  'certificate',
];

/** Letters and figures that are not taken for one another, because people type them into remote controls. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A password of 16 signs, 79 bits. @param random fills with random bytes, as `crypto.getRandomValues` does */
export function makePassword(random: (bytes: Uint8Array<ArrayBuffer>) => void): string {
  let password = '';
  const byte = new Uint8Array(1);
  while (password.length < 2 * SHORTEST_PASSWORD) {
    random(byte);
    // What does not divide evenly is thrown away: every letter is as likely as the others.
    const value = byte[0] ?? 255;
    if (value < 256 - (256 % LETTERS.length)) password += LETTERS[value % LETTERS.length];
  }
  return password;
}

function sourcesOf({ sources }: SiteForm): string[] {
  return sources.split(/[\s,;]+/).filter((source) => source !== '');
}

function trimmed(form: SiteForm) {
  return {
    siteId: form.siteId.trim().toLowerCase(),
    name: form.name.trim(),
    address: form.address.trim(),
    fallback: form.fallback.trim(),
    account: form.account.trim().toLowerCase(),
    certificate: form.certificate
      .toLowerCase()
      .replace(/^sha-?256[\s:=]+/, '')
      .replace(/[\s:]/g, ''),
  };
}
