// Where recordings are copied besides this machine's disk.
import { z } from 'zod';
import { describe, pathOrNothing } from './setting.ts';

/** An S3-compatible store of objects. */
export interface RecordingStoreSettings {
  /** Origin, `http(s)://host[:port]`. */
  endpoint: string;
  bucket: string;
  region: string;
  pathStyle: boolean;
  /** How it is opened: by these two, or by a file of two lines with the same. */
  keys: { accessKey: string; secretKey: string } | { file: string };
  /** So long what is there stays on the disk too. */
  localDays: number;
  /** Upload in bits a second; 0: as fast as the line is. */
  bitsPerSecond: number;
}

export const RECORDING_STORE_SETTINGS = {
  RECORDING_S3_ENDPOINT: describe(
    z
      .url({ protocol: /^https?$/ })
      .transform((url) => new URL(url).origin)
      .optional(),
    {
      vi: 'Kho lưu trữ tương thích S3 giữ bản ghi; mặc định: chỉ giữ trên đĩa',
      en: 'S3-compatible store that keeps recordings; by default they stay on the disk alone',
      allowed: 'http(s)://HOST[:PORT]',
    },
  ),
  RECORDING_S3_BUCKET: describe(
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
      .optional(),
    {
      vi: 'Ngăn (bucket) dành riêng cho bản ghi, đã tạo sẵn trong kho',
      en: 'The bucket in it, which is there already and for recordings alone',
      allowed: 'NAME',
    },
  ),
  RECORDING_S3_REGION: describe(
    z
      .string()
      .regex(/^[\w-]{1,64}$/)
      .default('us-east-1'),
    { vi: 'Vùng của kho; mặc định us-east-1', en: 'The region of the store; us-east-1 by default', allowed: 'NAME' },
  ),
  RECORDING_S3_PATH_STYLE: describe(z.enum(['on', 'off']).default('on'), {
    vi: 'Tên ngăn nằm trong đường dẫn (on) hoặc trong tên máy (off)',
    en: 'The name of the bucket is in the path (on) or in the name of the host (off)',
    allowed: 'on | off',
  }),
  RECORDING_S3_ACCESS_KEY: describe(z.string().min(1).max(128).optional(), {
    vi: 'Mã truy cập kho (access key)',
    en: 'Access key of the store',
    allowed: 'TEXT',
  }),
  RECORDING_S3_SECRET_KEY: describe(z.string().min(1).max(256).optional(), {
    vi: 'Khóa bí mật của mã truy cập đó; nên đặt bằng biến môi trường',
    en: 'The secret of that key; give it by the environment',
    allowed: 'TEXT',
  }),
  RECORDING_S3_KEY_FILE: describe(pathOrNothing(), {
    vi: 'Tệp hai dòng, mã truy cập rồi khóa bí mật, thay cho hai thiết lập trên',
    en: 'File of two lines, access key and secret, in the place of the two above',
    allowed: 'PATH',
  }),
  RECORDING_S3_RATE: describe(z.coerce.number().min(0).max(100_000).default(50), {
    vi: 'Tốc độ tải lên kho tối đa, Mbit/s; 0: không giới hạn; mặc định 50',
    en: 'Upload no faster than so many Mbit/s; 0: as fast as the line is; 50 by default',
    allowed: 'MBIT/S',
  }),
  RECORDING_LOCAL_DAYS: describe(z.coerce.number().min(0).max(36_500).default(7), {
    vi: 'Số ngày giữ bản trên đĩa sau khi kho đã có đủ; mặc định 7',
    en: 'A recording stays on the disk for so many days once all of it is in the store; 7 by default',
    allowed: '0–36500',
  }),
};

type Values = {
  [K in keyof typeof RECORDING_STORE_SETTINGS]: z.output<(typeof RECORDING_STORE_SETTINGS)[K]['schema']>;
};

/** Nothing where none is set, or not whole: see `missingOf`. */
export function recordingStoreOf(values: Values): RecordingStoreSettings | undefined {
  const { RECORDING_S3_ENDPOINT: endpoint, RECORDING_S3_BUCKET: bucket, RECORDING_S3_KEY_FILE: file } = values;
  const { RECORDING_S3_ACCESS_KEY: accessKey, RECORDING_S3_SECRET_KEY: secretKey } = values;
  if (!endpoint || !bucket) return undefined;
  const keys = file ? { file } : accessKey && secretKey ? { accessKey, secretKey } : undefined;
  return (
    keys && {
      ...{ endpoint, bucket, region: values.RECORDING_S3_REGION, pathStyle: values.RECORDING_S3_PATH_STYLE === 'on' },
      ...{ keys, localDays: values.RECORDING_LOCAL_DAYS, bitsPerSecond: values.RECORDING_S3_RATE * 1e6 },
    }
  );
}

/** The keys of what is missing; a store is set whole or not at all. */
export function missingOf(values: Partial<Values>): (keyof Values)[] {
  if (!values.RECORDING_S3_ENDPOINT) return [];
  const bucket = values.RECORDING_S3_BUCKET ? [] : (['RECORDING_S3_BUCKET'] as const);
  if (values.RECORDING_S3_KEY_FILE) return [...bucket];
  const keys = (['RECORDING_S3_ACCESS_KEY', 'RECORDING_S3_SECRET_KEY'] as const).filter((key) => !values[key]);
  return [...bucket, ...keys];
}
