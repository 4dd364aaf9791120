import { type Contact, emailSchema, phoneSchema } from '../../server/protocol/directory.ts';
import { nameSchema } from '../../server/protocol/records.ts';

/** A person to call, as he is typed. Empty is absent. */
export interface ContactForm {
  name: string;
  unit: string;
  phone: string;
  email: string;
}

export function contactFormOf(contact?: Contact): ContactForm {
  const { name = '', unit = '', phone = '', email = '' } = contact ?? {};
  return { name, unit, phone, email };
}

export function wrongContactFields(form: ContactForm): Set<'name' | 'phone' | 'email'> {
  const wrong = new Set<'name' | 'phone' | 'email'>();
  if (isEmpty(form)) return wrong;
  if (!nameSchema.safeParse(form.name).success) wrong.add('name');
  if (form.phone.trim() !== '' && !phoneSchema.safeParse(form.phone).success) wrong.add('phone');
  if (form.email.trim() !== '' && !emailSchema.safeParse(form.email.trim()).success) wrong.add('email');
  return wrong;
}

/** Whoever was left empty is nobody. */
export function contactsOf(forms: readonly ContactForm[]): Contact[] {
  return forms
    .filter((form) => !isEmpty(form))
    .map((form) => {
      const [name, unit, phone, email] = [form.name, form.unit, form.phone, form.email].map((text) => text.trim());
      return { name: name ?? '', ...(unit ? { unit } : {}), ...(phone ? { phone } : {}), ...(email ? { email } : {}) };
    });
}

function isEmpty(form: ContactForm): boolean {
  return Object.values(form).every((text) => text.trim() === '');
}
