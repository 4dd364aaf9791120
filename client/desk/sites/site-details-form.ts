import { type Line, lineSchema, type SiteDetails } from '../../../server/protocol/directory.ts';
import type { Site } from '../../../server/protocol/http.ts';
import { type ContactForm, contactFormOf, contactsOf, wrongContactFields } from '../../meetings/contact-form.ts';

const TARGETS = ['availability', 'loss', 'jitterMs', 'roundTripMs'] as const;
const CAPACITIES = ['downKbps', 'upKbps'] as const;
/** In the order in which they are shown. */
export const LINE_NUMBERS = [...CAPACITIES, ...TARGETS] as const;
export type LineNumber = (typeof LINE_NUMBERS)[number];

/** What the directory knows of a site beside its codec, as it is typed. Empty is absent. */
export interface DetailsForm {
  unit: string;
  equipment: string;
  carrierId: string;
  numbers: Record<LineNumber, string>;
  technicians: ContactForm[];
}

export function detailsFormOf(site: Site | undefined): DetailsForm {
  const { line } = site ?? {};
  const text = (value: number | undefined) => (value === undefined ? '' : String(value));
  const known = { ...line?.targets, downKbps: line?.downKbps, upKbps: line?.upKbps };
  const people = site?.technicians ?? [];
  return {
    unit: site?.unit ?? '',
    equipment: site?.equipment ?? '',
    carrierId: line?.carrierId ?? '',
    numbers: {
      downKbps: text(known.downKbps),
      upKbps: text(known.upKbps),
      availability: text(known.availability),
      loss: text(known.loss),
      jitterMs: text(known.jitterMs),
      roundTripMs: text(known.roundTripMs),
    },
    technicians: people.length > 0 ? people.map(contactFormOf) : [contactFormOf()],
  };
}

export function wrongNumbers({ numbers }: DetailsForm): Set<LineNumber> {
  const { downKbps, upKbps } = lineSchema.shape;
  const schemas = { ...lineSchema.shape.targets.unwrap().shape, downKbps, upKbps };
  return new Set(LINE_NUMBERS.filter((key) => !schemas[key].safeParse(numberOf(numbers[key])).success));
}

export function isGood(form: DetailsForm): boolean {
  return wrongNumbers(form).size === 0 && form.technicians.every((person) => wrongContactFields(person).size === 0);
}

/** What is sent; only where it is good. */
export function detailsOf(form: DetailsForm): SiteDetails {
  const [unit, equipment] = [form.unit.trim(), form.equipment.trim()];
  const technicians = contactsOf(form.technicians);
  const line = lineOf(form);
  return {
    ...(unit === '' ? {} : { unit }),
    ...(equipment === '' ? {} : { equipment }),
    ...(line ? { line } : {}),
    ...(technicians.length > 0 ? { technicians } : {}),
  };
}

function lineOf({ carrierId, numbers }: DetailsForm): Line | undefined {
  const given = (keys: readonly LineNumber[]) =>
    Object.fromEntries(keys.filter((key) => numbers[key].trim() !== '').map((key) => [key, numberOf(numbers[key])]));
  if (carrierId === '' && LINE_NUMBERS.every((key) => numbers[key].trim() === '')) return undefined;
  return { ...(carrierId === '' ? {} : { carrierId }), ...given(CAPACITIES), targets: given(TARGETS) };
}

/** With a comma or a point. */
function numberOf(text: string): number | undefined {
  return text.trim() === '' ? undefined : Number(text.replace(/\s/g, '').replace(',', '.'));
}
