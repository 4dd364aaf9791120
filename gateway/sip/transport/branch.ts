/**
 * The branch of our own requests. sip.js draws it from ten million numbers: a few hundred calls within the half minute for which
 * peers remember transactions would meet one twice, and anyone could guess it and forge a response. So it leaves with a seal.
 */
import { createHmac, randomBytes } from 'node:crypto';

const secret = randomBytes(16);

const sealOf = (branch: string, callId: string): string =>
  createHmac('sha256', secret).update(`${branch} ${callId}`).digest('hex').slice(0, 20);

/** As it goes into Via. The same for an INVITE, its CANCEL and its ACK (RFC 3261 §9.1 and §17.1.1.3). */
export function sealBranch(branch: string, callId: string): string {
  return `${branch}.${sealOf(branch, callId)}`;
}

/** As sip.js knows it; `undefined` if we never sent it. */
export function openBranch(sealed: string, callId: string): string | undefined {
  const [branch = ''] = sealed.split('.', 1);
  return sealed === sealBranch(branch, callId) ? branch : undefined;
}
