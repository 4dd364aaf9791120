import { Secret, TOTP } from 'otpauth';

const ISSUER = 'Rostrum';
const PERIOD_SECONDS = 30;
/** A telephone's clock may be wrong by one step (RFC 6238 5.2). */
const STEPS_OFF = 1;

/** A fresh secret of 160 bits (RFC 4226 4), and how a telephone reads it. */
export function offerTotp(username: string): { secret: string; uri: string } {
  const secret = new Secret({ size: 20 });
  return { secret: secret.base32, uri: totpOf(secret.base32, username).toString() };
}

/** The step of time that a code of six digits is of, or null where it is wrong. @param now milliseconds since 1970 */
export function stepOfCode(secret: string, code: string, now: number): number | null {
  const off = totpOf(secret, '').validate({ token: code, timestamp: now, window: STEPS_OFF });
  return off === null ? null : Math.floor(now / 1000 / PERIOD_SECONDS) + off;
}

/** SHA-1, six digits, 30 seconds: what every app can do, whatever the URI asks for. */
function totpOf(secret: string, label: string): TOTP {
  return new TOTP({
    ...{ issuer: ISSUER, label, secret: Secret.fromBase32(secret) },
    ...{ algorithm: 'SHA1', digits: 6, period: PERIOD_SECONDS },
  });
}
