import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { resolve } from 'node:path';
import type { z } from 'zod';
import type { SingleSignOn } from './accounts/role-claims.ts';
import { missingOf, type RecordingStoreSettings, recordingStoreOf } from './settings/recording-store-settings.ts';
import { type PictureTier, SETTINGS } from './settings/settings.ts';
import { missingForSignOn, singleSignOnOf } from './settings/single-sign-on-settings.ts';

const GIGABYTE = 1e9;

type Key = keyof typeof SETTINGS;
type Values = { [K in Key]: z.output<(typeof SETTINGS)[K]['schema']> };

/** Every setting, parsed. Paths are absolute. */
export interface Settings {
  data: string;
  clientDir: string;
  host: string;
  port: number;
  /** Origin without a path, `https://host[:port]`. */
  publicUrl?: string;
  announcedAddresses: string[];
  mediaPort: number;
  workers: number;
  /** Participants of a room on one worker before it gets another. */
  roomSpread: number;
  relay?: { urls: string[]; secret: string };
  workerBin?: string;
  videoCodec: 'vp8' | 'h264';
  graceSeconds: number;
  language: 'vi' | 'en';
  /** At least one, the largest first. */
  pictures: PictureTier[];
  /** The one of `pictures` that is recorded. */
  recordingPicture: PictureTier;
  /** One key on each line (`readKeys` in `server/recordings/cipher.ts`). */
  recordingKeyFile?: string;
  /** Below so many bytes free on the disk: warned; nothing is recorded. */
  recordingWarnFree: number;
  recordingMinFree: number;
  /** 0: an empty room is recorded on. */
  recordingEmptyMinutes: number;
  /** Where recordings are kept besides the disk. */
  recordingStore?: RecordingStoreSettings;
  /** 0: for ever. */
  retentionDays: number;
  encoder: 'x264' | 'va' | 'nvenc';
  /** IANA name. */
  timeZone: string;
  singleSignOn?: SingleSignOn;
  /** Absent: no notices by mail. */
  mail?: Mail;
  sip: boolean;
  sipHost: string;
  sipHost6?: string;
  sipPort: number;
  /** 0: no TLS. */
  sipTlsPort: number;
  sipTlsCa?: string;
  sipTrunk?: { uri: string; user: string; password: string };
  sipMediaPorts: { first: number; last: number };
  sipCallers: 'pin' | 'known' | 'any';
  tlsCert: string;
  tlsKey: string;
  log: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  metricsPassword?: string;
  demo: boolean;
  resetOperator: boolean;
}

export interface Mail {
  host: string;
  port: number;
  security: 'starttls' | 'tls' | 'off';
  user?: string;
  password?: string;
  from: string;
}

/** One setting that cannot be used. `name` is the variable or the flag, as it was given. */
export interface WrongSetting {
  name: string;
  given: string;
  allowed: string;
}

/** The settings are wrong: nothing was started. Exit with 2. */
export class SettingError extends Error {
  readonly wrong: WrongSetting[];
  constructor(wrong: WrongSetting[]) {
    super(wrong.map(({ name, given, allowed }) => `${name}=${given} (${allowed})`).join(', '));
    this.name = 'SettingError';
    this.wrong = wrong;
  }
}

/**
 * Settings from the environment (`ROSTRUM_KEY`) and from flags (`--key value`, `--key=value`, and `--key` alone for
 * those that are on or off); a flag wins. `argv` is without the program's name. Throws `SettingError` naming every
 * wrong one.
 */
export function parseSettings(env: NodeJS.ProcessEnv, argv: string[]): Settings {
  const wrong: WrongSetting[] = [];
  const flags = readFlags(argv, wrong);
  const parsed = Object.entries(SETTINGS).map(([key, { schema, described }]) => {
    const variable = `ROSTRUM_${key}`;
    const given = flags.get(key) ?? (env[variable] === '' ? undefined : env[variable]);
    const result = schema.safeParse(given);
    if (result.success) return [key, result.data];
    const shown = /PASSWORD$|SECRET/.test(key) ? '…' : (given ?? '');
    wrong.push({ name: flags.has(key) ? flagOf(key) : variable, given: shown, allowed: described.allowed });
    return [key, undefined];
  });
  const values: Partial<Values> = Object.fromEntries(parsed);
  if (Boolean(values.TLS_CERT) !== Boolean(values.TLS_KEY)) {
    wrong.push({ name: 'ROSTRUM_TLS_KEY', given: values.TLS_KEY ?? '', allowed: 'TLS_CERT + TLS_KEY' });
  }
  if (values.SIP_TRUNK && !(values.SIP_TRUNK_USER && values.SIP_TRUNK_PASSWORD)) {
    wrong.push({
      name: 'ROSTRUM_SIP_TRUNK_USER',
      given: values.SIP_TRUNK_USER ?? '',
      allowed: 'SIP_TRUNK_USER + SIP_TRUNK_PASSWORD',
    });
  }
  for (const key of [...missingOf(values), ...missingForSignOn(values)]) {
    wrong.push({ name: `ROSTRUM_${key}`, given: '', allowed: SETTINGS[key].described.allowed });
  }
  if (Boolean(values.TURN_URLS) !== Boolean(values.TURN_SECRET)) {
    wrong.push({ name: 'ROSTRUM_TURN_SECRET', given: '', allowed: 'TURN_URLS + TURN_SECRET' });
  }
  const recordingPicture = values.PICTURES && recordedOf(values.PICTURES, values.RECORDING_PICTURE);
  if (values.PICTURES && !recordingPicture) {
    const allowed = values.PICTURES.map(({ tier }) => tier).join(' | ');
    wrong.push({ name: 'ROSTRUM_RECORDING_PICTURE', given: values.RECORDING_PICTURE ?? '', allowed });
  }
  if (wrong.length > 0 || !isComplete(values) || !recordingPicture) throw new SettingError(wrong);
  return arrange(values, recordingPicture, env);
}

/** The text of `--help`: one block for every setting. */
export function describeSettings(language: 'vi' | 'en' = 'vi'): string {
  const blocks = Object.entries(SETTINGS).map(([key, { described }]) => {
    return `  ${flagOf(key)} ${described.allowed}\n      ${described[language]}  (ROSTRUM_${key})`;
  });
  return blocks.join('\n');
}

function flagOf(key: string): string {
  return `--${key.toLowerCase().replaceAll('_', '-')}`;
}

function readFlags(argv: string[], wrong: WrongSetting[]): Map<string, string> {
  const flags = new Map<string, string>();
  const keys = new Map(Object.keys(SETTINGS).map((key) => [flagOf(key), key]));
  for (let i = 0; i < argv.length; i++) {
    const [flag = '', inline] = (argv[i] ?? '').split(/=(.*)/s, 2);
    const key = keys.get(flag);
    if (!key) {
      wrong.push({ name: flag, given: argv[i] ?? '', allowed: '--help' });
      continue;
    }
    const next = argv[i + 1];
    if (inline !== undefined) flags.set(key, inline);
    else if (next !== undefined && !next.startsWith('--')) flags.set(key, argv[++i] ?? '');
    else flags.set(key, 'on');
  }
  return flags;
}

function isComplete(values: Partial<Values>): values is Values {
  return Object.keys(SETTINGS).every((key) => key in values);
}

/** By default the second largest: a recording is looked at again, and the largest costs the most to keep. */
function recordedOf(pictures: readonly PictureTier[], wanted: string | undefined): PictureTier | undefined {
  return wanted === undefined ? (pictures[1] ?? pictures[0]) : pictures.find(({ tier }) => tier === wanted);
}

function arrange(values: Values, recordingPicture: PictureTier, env: NodeJS.ProcessEnv): Settings {
  const recordingStore = recordingStoreOf(values);
  const singleSignOn = singleSignOnOf(values);
  const workerBin = values.WORKER_BIN ?? env.MEDIASOUP_WORKER_BIN;
  return {
    data: values.DATA,
    clientDir: values.CLIENT_DIR,
    host: values.HOST,
    port: values.PORT,
    ...(values.PUBLIC_URL ? { publicUrl: values.PUBLIC_URL } : {}),
    announcedAddresses: values.ANNOUNCED_ADDRESS ?? ownAddresses(values.HOST),
    mediaPort: values.MEDIA_PORT,
    workers: values.WORKERS,
    roomSpread: values.ROOM_SPREAD,
    ...(values.TURN_URLS && values.TURN_SECRET
      ? { relay: { urls: values.TURN_URLS, secret: values.TURN_SECRET } }
      : {}),
    ...(workerBin ? { workerBin } : {}),
    videoCodec: values.VIDEO_CODEC,
    graceSeconds: values.GRACE_SECONDS,
    language: values.LANGUAGE,
    pictures: values.PICTURES,
    recordingPicture,
    ...(values.RECORDING_KEY_FILE ? { recordingKeyFile: values.RECORDING_KEY_FILE } : {}),
    ...(recordingStore ? { recordingStore } : {}),
    ...(singleSignOn ? { singleSignOn } : {}),
    recordingWarnFree: values.RECORDING_WARN_FREE * GIGABYTE,
    recordingMinFree: values.RECORDING_MIN_FREE * GIGABYTE,
    recordingEmptyMinutes: values.RECORDING_EMPTY_MINUTES,
    retentionDays: values.RETENTION_DAYS,
    encoder: values.ENCODER,
    timeZone: values.TIME_ZONE,
    ...mailOf(values),
    sip: values.SIP === 'on',
    ...sipHostsOf(values),
    sipPort: values.SIP_PORT,
    sipTlsPort: values.SIP_TLS_PORT,
    ...(values.SIP_TLS_CA ? { sipTlsCa: values.SIP_TLS_CA } : {}),
    ...trunkOf(values),
    sipMediaPorts: values.SIP_MEDIA_PORTS,
    sipCallers: values.SIP_CALLERS,
    tlsCert: values.TLS_CERT ?? resolve(values.DATA, 'tls/certificate.pem'),
    tlsKey: values.TLS_KEY ?? resolve(values.DATA, 'tls/certificate-key.pem'),
    log: values.LOG,
    ...(values.METRICS_PASSWORD ? { metricsPassword: values.METRICS_PASSWORD } : {}),
    demo: values.DEMO === 'on',
    resetOperator: values.RESET_OPERATOR === 'on',
  };
}

/** Codecs of both families are met where pages are: the sockets of SIP are of one family each. */
function sipHostsOf({ HOST, SIP_HOST, SIP_HOST6 }: Values): Pick<Settings, 'sipHost' | 'sipHost6'> {
  if (HOST === '::' && !SIP_HOST) return { sipHost: '0.0.0.0', sipHost6: SIP_HOST6 ?? '::' };
  const sipHost = SIP_HOST ?? (HOST === 'localhost' ? '127.0.0.1' : HOST);
  return { sipHost, ...(SIP_HOST6 ? { sipHost6: SIP_HOST6 } : {}) };
}

/** Of this machine; those of IPv6, link-local ones aside, where it listens on both families. */
function ownAddresses(host: string): string[] {
  const entries = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const isMet = (address: string) => isIPv4(address) || (host === '::' && !address.startsWith('fe80:'));
  const own = entries.filter(({ address, internal }) => !internal && isMet(address)).map(({ address }) => address);
  return [...own, '127.0.0.1'];
}

function mailOf(values: Values): Pick<Settings, 'mail'> {
  const { SMTP_HOST: host, SMTP_PORT: port, SMTP_SECURITY: security, MAIL_FROM: from } = values;
  const { SMTP_USER: user, SMTP_PASSWORD: password } = values;
  if (!host) return {};
  return { mail: { host, port, security, from, ...(user ? { user } : {}), ...(password ? { password } : {}) } };
}

function trunkOf({
  SIP_TRUNK: uri,
  SIP_TRUNK_USER: user,
  SIP_TRUNK_PASSWORD: password,
}: Values): Pick<Settings, 'sipTrunk'> {
  return uri && user && password ? { sipTrunk: { uri, user, password } } : {};
}
