import { randomBytes, randomInt } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

/** OWASP's recommendation for argon2id (RFC 9106 4): 19 MiB, two passes, one lane; the id variant is the default. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** No 0, O, 1, l, I: one-time passwords are read from a terminal and typed. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
/** For what is typed on a strange keyboard, perhaps with a remote control: one case, nothing that looks alike. */
const CAPITALS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';
export const SHORTEST_PASSWORD = 12;

export function hashPassword(password: string): Promise<string> {
  return hash(password, COST);
}

let nobody: Promise<string> | undefined;

/**
 * Takes the same work whether there is such an account or not.
 * @param passwordHash '' or undefined where there is none to be right
 */
export async function isPassword(password: string, passwordHash: string | undefined): Promise<boolean> {
  nobody ??= hashPassword(randomBytes(32).toString('base64url'));
  const matches = await verify(passwordHash || (await nobody), password);
  return matches && Boolean(passwordHash);
}

/** About 93 bits in four groups of four. */
export function makeOneTimePassword(): string {
  return makeGroups(ALPHABET, 4, 4);
}

/** Two groups: of four 40 bits, for a code of ten minutes; of five 50 bits, for one that is kept in a drawer. */
export function makeCode(lengthOfGroup: 4 | 5): string {
  return makeGroups(CAPITALS, 2, lengthOfGroup);
}

/** As it was made, however it was typed. */
export function tidyCode(typed: string): string {
  return typed.toUpperCase().replace(/[^A-Z0-9]/g, '');
}

function makeGroups(alphabet: string, groups: number, length: number): string {
  const group = () => Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
  return Array.from({ length: groups }, group).join('-');
}
