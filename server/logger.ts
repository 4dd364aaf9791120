import { type Logger, pino } from 'pino';

const SECRETS = ['ticket', 'token', 'secret', 'password', 'newPassword', 'passwordHash', 'cookie', 'authorization'];

/** Lines of JSON on stdout. What lets someone in is never in them, wherever it was put. */
export function createLogger(level: string): Logger {
  const paths = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
  return pino({ level, base: null, redact: { paths, censor: '…' }, timestamp: pino.stdTimeFunctions.isoTime });
}
