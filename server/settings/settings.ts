// Every setting: its form, its default and what it means. `config.ts` reads them.
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { z } from 'zod';
import { MAIL_SETTINGS } from './mail-settings.ts';
import { RECORDING_STORE_SETTINGS } from './recording-store-settings.ts';
import { describe, fail, onOff, pathOrNothing, port } from './setting.ts';
import { SINGLE_SIGN_ON_SETTINGS } from './single-sign-on-settings.ts';
import { SIP_SETTINGS } from './sip-settings.ts';

const folder = (preset: string) =>
  z
    .string()
    .min(1)
    .default(preset)
    .transform((path) => resolve(path));

/** A composed picture's size and frame rate, and the name that it goes by: 720p30. */
export interface PictureTier {
  tier: string;
  width: number;
  height: number;
  framesPerSecond: number;
}

const MAX_PICTURES = 4;

/** Largest first. Each costs an encoder while somebody consumes it. */
const picturesSchema = z
  .string()
  .default('1920x1080@30,1280x720@30,640x360@15')
  .transform((text, context) => {
    const pictures = text.split(',').map((one) => pictureOf(one.trim()));
    const known = pictures.filter((picture) => picture !== undefined);
    const isOrdered = known.every((one, i) => i === 0 || isWithin(one, known[i - 1] ?? one));
    const isDistinct = new Set(known.map(({ tier }) => tier)).size === pictures.length;
    return isOrdered && isDistinct && pictures.length <= MAX_PICTURES ? known : fail(context);
  });

function pictureOf(text: string): PictureTier | undefined {
  const [, width, height, framesPerSecond] = /^(\d{3,4})x(\d{3,4})@(\d{1,2})$/.exec(text)?.map(Number) ?? [];
  if (width === undefined || height === undefined || framesPerSecond === undefined) return undefined;
  // What encoders of every make take, and the level of the picture that is sent (ITU-T H.264 A.3, level 4).
  const isEncoded = width % 4 === 0 && height % 2 === 0 && width >= 160 && width <= 1920 && height <= 1080;
  if (!isEncoded || framesPerSecond < 5 || framesPerSecond > 30) return undefined;
  return { tier: `${height}p${framesPerSecond}`, width, height, framesPerSecond };
}

function isWithin(one: PictureTier, other: PictureTier): boolean {
  return one.width <= other.width && one.height <= other.height && one.framesPerSecond <= other.framesPerSecond;
}

const timeZoneSchema = z
  .string()
  .default(() => new Intl.DateTimeFormat().resolvedOptions().timeZone)
  .refine((name) => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
    } catch {
      return false;
    }
  });

const addressListSchema = z.string().transform((text, context) => {
  const addresses = text.split(',').map((address) => address.trim());
  return addresses.every((address) => /^[\w.:-]+$/.test(address)) ? addresses : fail(context);
});

/** RFC 7065. */
const turnUrlsSchema = z.string().transform((text, context) => {
  const urls = text.split(',').map((url) => url.trim());
  const isTurn = (url: string) =>
    /^turns?:(?:[\w.-]+|\[[0-9a-fA-F:]+\])(?::\d{1,5})?(?:\?transport=(?:udp|tcp))?$/.test(url);
  return urls.every(isTurn) ? urls : fail(context);
});

/** Every setting: the environment variable is `ROSTRUM_` and the key, the flag `--` and the key with dashes. */
export const SETTINGS = {
  DATA: describe(folder('.rostrum/data'), {
    vi: 'Thư mục cơ sở dữ liệu, khóa, chứng thư và bản ghi',
    en: 'Folder of the database, the keys, the certificate and the recordings',
    allowed: 'PATH',
  }),
  CLIENT_DIR: describe(folder('.rostrum/client'), {
    vi: 'Thư mục giao diện web đã dựng',
    en: 'Folder of the built web client',
    allowed: 'PATH',
  }),
  HOST: describe(z.union([z.ipv4(), z.ipv6(), z.literal('localhost')]).default('0.0.0.0'), {
    vi: 'Địa chỉ mà máy chủ lắng nghe',
    en: 'Address the server listens on',
    allowed: 'IP | localhost',
  }),
  PORT: describe(z.coerce.number().int().min(0).max(65535).default(8443), {
    vi: 'Cổng HTTPS (TCP); 0: cổng trống bất kỳ',
    en: 'HTTPS port (TCP); 0 takes any free one',
    allowed: '0–65535',
  }),
  PUBLIC_URL: describe(
    z
      .url({ protocol: /^https$/ })
      .transform((url) => new URL(url).origin)
      .optional(),
    {
      vi: 'Địa chỉ web mà các điểm cầu dùng; mặc định là địa chỉ người điều hành đang mở',
      en: 'Web address the sites use; by default the one the operator has opened',
      allowed: 'https://HOST[:PORT]',
    },
  ),
  ANNOUNCED_ADDRESS: describe(addressListSchema.optional(), {
    vi: 'Địa chỉ nhận hình và tiếng, cách nhau bằng dấu phẩy; mặc định: mọi địa chỉ IPv4 của máy, với --host :: cả IPv6',
    en: 'Addresses for sound and picture, separated by commas; by default every IPv4 address of this machine, with --host :: those of IPv6 too',
    allowed: 'IP[,IP…]',
  }),
  MEDIA_PORT: describe(port.default(44400), {
    vi: 'Cổng đầu tiên cho hình và tiếng (UDP và TCP), mỗi tiến trình media một cổng liên tiếp',
    en: 'First port for sound and picture (UDP and TCP), one for each media worker, consecutive',
    allowed: '1–65535',
  }),
  WORKERS: describe(z.coerce.number().int().min(1).max(64).default(availableParallelism), {
    vi: 'Số tiến trình media; mặc định: một cho mỗi nhân CPU',
    en: 'Media workers; by default one for each CPU core',
    allowed: '1–64',
  }),
  ROOM_SPREAD: describe(z.coerce.number().int().min(1).max(10_000).default(50), {
    vi: 'Số thành viên của một cuộc họp trên một tiến trình media trước khi dùng thêm tiến trình khác',
    en: 'Participants of one meeting on one media worker before it gets another',
    allowed: '1–10000',
  }),
  TURN_URLS: describe(turnUrlsSchema.optional(), {
    vi: 'Máy chủ TURN cho trình duyệt ở mạng chặn mọi đường khác (infra/turn/turnserver.conf)',
    en: 'TURN server for browsers whose network blocks every other way (infra/turn/turnserver.conf)',
    allowed: 'turn:HOST[:PORT][?transport=udp|tcp],turns:…',
  }),
  TURN_SECRET: describe(z.string().min(16).optional(), {
    vi: 'Khóa bí mật chung với máy chủ TURN, ít nhất 16 ký tự',
    en: 'Secret shared with the TURN server, at least 16 characters',
    allowed: 'TEXT',
  }),
  WORKER_BIN: describe(z.string().min(1).optional(), {
    vi: 'Tệp chạy mediasoup-worker; mặc định: biến MEDIASOUP_WORKER_BIN',
    en: 'The mediasoup-worker executable; by default what MEDIASOUP_WORKER_BIN names',
    allowed: 'PATH',
  }),
  VIDEO_CODEC: describe(z.enum(['vp8', 'h264']).default('vp8'), {
    vi: 'Mã hóa hình của trình duyệt',
    en: 'Video codec of the browsers',
    allowed: 'vp8 | h264',
  }),
  GRACE_SECONDS: describe(z.coerce.number().min(1).max(3600).default(60), {
    vi: 'Thời gian giữ chỗ khi mất kết nối, tính bằng giây',
    en: 'How long a lost connection keeps its place, in seconds',
    allowed: '1–3600',
  }),
  LANGUAGE: describe(z.enum(['vi', 'en']).default('vi'), {
    vi: 'Ngôn ngữ mặc định và ngôn ngữ trên hình',
    en: 'Language by default and in pictures',
    allowed: 'vi | en',
  }),
  PICTURES: describe(picturesSchema, {
    vi: 'Hình tổng hợp cho thiết bị SIP và bản ghi: các cỡ, lớn nhất trước; mặc định 1920x1080@30,1280x720@30,640x360@15',
    en: 'Sizes of the composed picture for codecs and recordings, largest first; 1920x1080@30,1280x720@30,640x360@15 by default',
    allowed: 'WIDTHxHEIGHT@FPS[,WIDTHxHEIGHT@FPS…]',
  }),
  RECORDING_PICTURE: describe(
    z
      .string()
      .regex(/^\d{3,4}p\d{1,2}$/)
      .optional(),
    {
      vi: 'Cỡ hình của bản ghi, một trong PICTURES; mặc định: cỡ lớn thứ hai',
      en: 'The size that is recorded, one of PICTURES; by default the second largest',
      allowed: 'HEIGHTpFPS',
    },
  ),
  RECORDING_KEY_FILE: describe(pathOrNothing(), {
    vi: 'Tệp khóa mã hóa bản ghi: mỗi dòng một khóa 32 byte dạng base64, dòng đầu dùng để ghi; mặc định: không mã hóa',
    en: 'Keys that encrypt recordings, one each line, 32 bytes in base64, the first for writing; by default nothing is encrypted',
    allowed: 'PATH',
  }),
  RECORDING_WARN_FREE: describe(z.coerce.number().min(0).max(100_000).default(20), {
    vi: 'Cảnh báo khi đĩa còn trống ít hơn số GB này; mặc định 20',
    en: 'Warn when less than so many GB of the disk are free; 20 by default',
    allowed: 'GB',
  }),
  RECORDING_MIN_FREE: describe(z.coerce.number().min(0).max(100_000).default(2), {
    vi: 'Không ghi khi đĩa còn trống ít hơn số GB này; mặc định 2',
    en: 'Do not record when less than so many GB of the disk are free; 2 by default',
    allowed: 'GB',
  }),
  RECORDING_EMPTY_MINUTES: describe(z.coerce.number().min(0).max(1440).default(10), {
    vi: 'Dừng ghi sau số phút không còn ai trong phòng họp; 0: không tự dừng; mặc định 10',
    en: 'A recording ends when nobody has been in the room for so many minutes; 0: never; 10 by default',
    allowed: '0–1440',
  }),
  ...RECORDING_STORE_SETTINGS,
  ...SINGLE_SIGN_ON_SETTINGS,
  RETENTION_DAYS: describe(z.coerce.number().int().min(0).max(36_500).default(0), {
    vi: 'Xóa bản ghi sau số ngày này, trừ khi được giữ lại; 0: không xóa; mặc định 0',
    en: 'Recordings are deleted after so many days unless they are held; 0: never; 0 by default',
    allowed: '0–36500',
  }),
  ENCODER: describe(z.enum(['x264', 'va', 'nvenc']).default('x264'), {
    vi: 'Bộ mã hóa hình tổng hợp: bằng CPU, hoặc bằng phần cứng VA-API, NVENC',
    en: 'Encoder of the composed picture: the processor, or hardware by VA-API or NVENC',
    allowed: 'x264 | va | nvenc',
  }),
  TIME_ZONE: describe(timeZoneSchema, {
    vi: 'Múi giờ của đồng hồ trên hình; mặc định: múi giờ của máy',
    en: 'Time zone of the clock in pictures; by default that of this machine',
    allowed: 'Asia/Ho_Chi_Minh | …',
  }),
  ...MAIL_SETTINGS,
  ...SIP_SETTINGS,
  TLS_CERT: describe(pathOrNothing(), {
    vi: 'Tệp chứng thư (PEM); mặc định: tự ký, trong DATA/tls',
    en: 'Certificate file (PEM); by default self-signed, in DATA/tls',
    allowed: 'PATH',
  }),
  TLS_KEY: describe(pathOrNothing(), { vi: 'Tệp khóa riêng (PEM)', en: 'Private key file (PEM)', allowed: 'PATH' }),
  LOG: describe(z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'), {
    vi: 'Mức nhật ký',
    en: 'Log level',
    allowed: 'debug | info | warn | error | silent',
  }),
  METRICS_PASSWORD: describe(z.string().min(16).max(256).optional(), {
    vi: 'Mật khẩu của Prometheus cho /metrics (bearer); không có thì chỉ máy này được đọc',
    en: 'Password of Prometheus for /metrics (bearer); without it only this machine may read them',
    allowed: '16–256',
  }),
  DEMO: describe(onOff('off'), {
    vi: 'Cuộc họp trình diễn với sáu điểm cầu mô phỏng',
    en: 'A demonstration meeting with six simulated sites',
    allowed: 'on | off',
  }),
  RESET_OPERATOR: describe(onOff('off'), {
    vi: 'Cấp lại mật khẩu dùng một lần cho tài khoản operator khi khởi động',
    en: 'Give the account operator a new one-time password at the start',
    allowed: 'on | off',
  }),
};
