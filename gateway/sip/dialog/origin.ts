/** The `o=` line of our descriptions within one dialog: same session, and a version that rises when the content changed (RFC 3264 §8). */
import { randomInt } from 'node:crypto';
import { isIP } from 'node:net';

/** Returns a function that puts the dialog's own `o=` line into a description. `address` is the advertised one. */
export function createOrigin(address: string): (sdp: string) => string {
  const id = randomInt(1, 2 ** 47);
  const family = isIP(address) === 6 ? 'IP6' : 'IP4';
  let version = 0;
  let last: string | undefined;
  return (sdp) => {
    const content = sdp.replace(/^o=.*$/m, 'o=');
    if (content !== last) version += 1;
    last = content;
    return sdp.replace(/^o=.*?(\r?)$/m, `o=rostrum ${id} ${version} IN ${family} ${address}$1`);
  };
}
