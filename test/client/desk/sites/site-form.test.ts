import { describe, expect, it } from 'vitest';
import { detailsFormOf, detailsOf, isGood, wrongNumbers } from '../../../../client/desk/sites/site-details-form.ts';
import {
  fieldOf,
  formOf,
  makePassword,
  type SiteForm,
  saveOf,
  wrongFields,
} from '../../../../client/desk/sites/site-form.ts';
import { type Site, saveSiteSchema } from '../../../../server/protocol/http.ts';
import { refuse } from '../../../../server/protocol/refusals.ts';

const FINGERPRINT = Array.from({ length: 32 }, (_, i) => i.toString(16).padStart(2, '0'))
  .join(':')
  .toUpperCase();
const full: SiteForm = {
  siteId: ' Ba-Be ',
  name: ' Ba Bể ',
  address: 'phonghop@10.0.0.5',
  fallback: ' 0209387@10.0.0.1 ',
  account: 'Ba.Be',
  password: 'mat-khau-1',
  sources: '10.0.0.5, 10.1.0.0/24\nfd00::/8',
  certificate: `SHA-256 ${FINGERPRINT}`,
  encryption: 'required',
  bridge: false,
  details: detailsFormOf(undefined),
};

describe('saveOf', () => {
  it('sends what was typed, cleaned, as the contract wants it', () => {
    const saved = saveOf(full, true);
    expect(saveSiteSchema.parse(saved)).toEqual({
      siteId: 'ba-be',
      name: 'Ba Bể',
      sip: {
        address: 'phonghop@10.0.0.5',
        fallback: '0209387@10.0.0.1',
        account: 'ba.be',
        password: 'mat-khau-1',
        certificate: FINGERPRINT.toLowerCase().replaceAll(':', ''),
        sources: ['10.0.0.5', '10.1.0.0/24', 'fd00::/8'],
        encryption: 'required',
        bridge: false,
      },
    });
    expect(wrongFields(full)).toEqual(new Set());
  });
  it('leaves out the id of a known site, a password that is not changed, and SIP where there is none', () => {
    const site: Site = {
      siteId: 'ba-be',
      name: 'Ba Bể',
      sip: { account: 'babe', sources: [], encryption: 'off', bridge: true, hasPassword: true },
    };
    expect(saveOf(formOf(site), false)).toEqual({
      name: 'Ba Bể',
      sip: { account: 'babe', sources: [], encryption: 'off', bridge: true },
    });
    expect(saveOf({ ...formOf(undefined), name: 'Na Rì' }, true)).toEqual({ name: 'Na Rì' });
  });
});

describe('wrongFields', () => {
  it.each([
    ['name', ' '],
    ['siteId', 'Ba Bể'],
    ['address', 'hai chữ@10.0.0.5'],
    ['fallback', '@'],
    ['account', 'có dấu'],
    ['password', 'ngan'],
    ['sources', '10.0.0.5, 10.0.0.999'],
    ['certificate', '00:11'],
  ] as const)('%s', (field, text) => {
    expect(wrongFields({ ...full, [field]: text })).toEqual(new Set([field]));
  });
  it('asks for an account where a password is given', () => {
    expect(wrongFields({ ...full, account: '' })).toEqual(new Set(['password']));
  });
});

it.each([
  [refuse('siteExists'), 'siteId'],
  [refuse('accountTaken', 'babe'), 'account'],
  [refuse('malformed', 'sip.sources.1'), 'sources'],
  [refuse('malformed', 'name'), 'name'],
  [refuse('malformed', 'sip.unknown'), undefined],
  [refuse('malformed'), undefined],
  [refuse('retry'), undefined],
])('%o is about the field %s', (refusal, field) => {
  expect(fieldOf(refusal)).toBe(field);
});

it('makes passwords that the contract takes, each letter as likely as the others', () => {
  let next = 0;
  const password = makePassword((bytes) => {
    bytes[0] = next;
    next += 1;
  });
  expect(password).toBe('abcdefghjkmnpqrs');
  let bytes = 248;
  expect(makePassword((given) => given.fill(bytes++ % 256))).toBe('abcdefghjkmnpqrs');
});

describe('the details of a site', () => {
  const details = {
    unit: 'UBND xã Ba Bể',
    line: { carrierId: 'vnpt', downKbps: 10_000, targets: { availability: 99.5 } },
    technicians: [{ name: 'Nông Thị Đào', phone: '0912 345 678' }],
  };
  const form = detailsFormOf({ siteId: 'ba-be', name: 'Ba Bể', ...details });

  it('are sent back as they were', () => {
    expect(detailsOf(form)).toEqual(details);
    expect(detailsOf(detailsFormOf(undefined))).toEqual({});
  });

  it('name their wrong numbers and people, with comma or point', () => {
    expect(
      wrongNumbers({ ...form, numbers: { ...form.numbers, availability: '99,5', loss: '101', upKbps: 'x' } }),
    ).toEqual(new Set(['upKbps', 'loss']));
    expect(isGood({ ...form, technicians: [{ name: '', unit: '', phone: '0912345678', email: '' }] })).toBe(false);
    expect(isGood(form)).toBe(true);
  });
});
