/** The Contact headers of a REGISTER (RFC 3261 §20.10). Pure. */
import { readSipUri, transportOf } from './uris.ts';

export interface Contact {
  /** Without the headers that a URI may carry. */
  uri: string;
  /** Seconds; `undefined` without an `expires` parameter. */
  expires: number | undefined;
}

/** What stands for a missing or unreadable duration (§20.10, §20.19). Seconds. */
export const defaultExpires = 3_600;
/** The contacts of one request, which every answer has to list. */
const maxContacts = 10;
const maxUri = 256;

/** All Contact values together: none, `*` alone, or contacts. `undefined`: malformed, too many, or nothing that can be called. */
export function readContacts(values: readonly string[]): Contact[] | '*' | undefined {
  const items = values.flatMap(splitList);
  if (items.length === 1 && items[0] === '*') return '*';
  if (items.length > maxContacts) return undefined;
  const contacts = items.map(readContact);
  return contacts.every((contact) => contact !== undefined) ? contacts : undefined;
}

/** The contacts among these values; what else there may be is passed over. */
export function contactsIn(values: readonly string[]): Contact[] {
  return values.flatMap(splitList).flatMap((item) => readContact(item) ?? []);
}

/** Expires (§20.19). */
export function readExpires(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  return /^\d{1,10}$/.test(value) ? Number(value) : defaultExpires;
}

/** The URI in one From, To or Contact value; empty where there is none. */
export function addressIn(value: string): string {
  return split(value).address;
}

/** `"name" <uri>;params`, or a bare URI, whose parameters are then those of the header (§20). */
function split(value: string): { address: string; params: string } {
  const match = /^\s*(?:"(?:[^"\\]|\\.)*"|[^"<]*)\s*<([^<>]+)>(.*)$/.exec(value) ?? /^([^;<>"?]+)(.*)$/.exec(value);
  return { address: match?.[1]?.trim() ?? '', params: match?.[2] ?? '' };
}

function readContact(item: string): Contact | undefined {
  const { address, params } = split(item);
  const uri = address.replace(/\?.*$/, '');
  const read = uri.length <= maxUri ? readSipUri(uri) : undefined;
  if (!read || transportOf(read) === undefined) return undefined;
  const expires = /;[ \t]*expires[ \t]*=[ \t]*"?([^;"\s]*)/i.exec(params)?.[1];
  return { uri, expires: readExpires(expires) };
}

/** At the commas that stand neither within quotes nor within angle brackets. */
function splitList(value: string): string[] {
  const items: string[] = [];
  let item = '';
  let closing = '';
  for (let at = 0; at < value.length; at += 1) {
    const char = value.charAt(at);
    if (closing === '"' && char === '\\') {
      item += char + value.charAt(at + 1);
      at += 1;
      continue;
    }
    if (closing === '' && char === ',') {
      items.push(item.trim());
      item = '';
      continue;
    }
    if (char === closing) closing = '';
    else if (closing === '' && (char === '"' || char === '<')) closing = char === '<' ? '>' : '"';
    item += char;
  }
  return [...items, item.trim()].filter((text) => text !== '');
}
