import { createHash, randomBytes } from 'node:crypto';

const BYTES = 9;

export function newBookingId(): string {
  return randomBytes(BYTES).toString('base64url');
}

/** The same for the same request, so that what it has booked is known again; as many bits as a random one. */
export function idOfRequest(requestId: string, n: number): string {
  return createHash('sha256').update(`${n} ${requestId}`).digest().subarray(0, BYTES).toString('base64url');
}
