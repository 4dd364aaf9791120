import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  NotFound,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import { Refused } from '../protocol/refusals.ts';
import type { ByteRange } from './ranges.ts';
import { type UploadedFile, uploadFile } from './s3-upload.ts';
import { checkNames, type RecordingStorage, type StoredFile } from './storage.ts';

/** An S3-compatible store and what opens it. */
export interface S3Settings {
  /** Origin, `https://host[:port]`. */
  endpoint: string;
  bucket: string;
  region: string;
  /** The bucket's name in the path, and not before the host's. */
  pathStyle: boolean;
  accessKey: string;
  secretKey: string;
}

/** The twin in an S3-compatible store: `RECORDING/FILE`. Close it. */
export interface S3Storage extends RecordingStorage {
  /** Goes on where an earlier attempt was broken off. Rejects when it is not whole there. */
  upload(recordingId: string, name: string, file: UploadedFile): Promise<void>;
  close(): void;
}

const CONNECT_MS = 5_000;
/** Nothing came for so long. */
const SILENT_MS = 30_000;
/** What lies there changes by this alone: its list is asked for once in a while. */
const FRESH_MS = 60_000;
const MOST_LISTS = 200;

/** What the client throws when a request of its was not answered, or not with yes; nothing else has `$metadata`. */
const askedSchema = z.object({ name: z.string(), $metadata: z.object({ httpStatusCode: z.number().optional() }) });

export function openS3Storage({ endpoint, bucket, region, pathStyle, ...keys }: S3Settings): S3Storage {
  const client = new S3Client({
    ...{ endpoint, region, forcePathStyle: pathStyle },
    credentials: { accessKeyId: keys.accessKey, secretAccessKey: keys.secretKey },
    // Newer checksums than those of the signature are Amazon's alone; each request's content is signed by its SHA-256.
    ...{ requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' },
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: SILENT_MS },
  });
  const lists = new Map<string, { until: number; files: Promise<StoredFile[]> }>();
  const keyOf = (recordingId: string, name: string) => {
    checkNames(recordingId, name);
    return `${recordingId}/${name}`;
  };
  const storage: S3Storage = {
    list(recordingId) {
      checkNames(recordingId);
      const known = lists.get(recordingId);
      if (known && performance.now() < known.until) return known.files;
      const files = reaching(listOf(client, bucket, `${recordingId}/`));
      lists.set(recordingId, { until: performance.now() + FRESH_MS, files });
      files.catch(() => lists.delete(recordingId));
      for (const oldest of lists.keys()) if (lists.size > MOST_LISTS) lists.delete(oldest);
      return files;
    },
    async size(recordingId, name) {
      try {
        const head = new HeadObjectCommand({ Bucket: bucket, Key: keyOf(recordingId, name) });
        return (await client.send(head)).ContentLength;
      } catch (error) {
        if (error instanceof NotFound) return undefined;
        throw unreachable(error);
      }
    },
    read(recordingId, name, range) {
      if (range && range.last < range.first) return Readable.from([]);
      return Readable.from(readObject(client, bucket, keyOf(recordingId, name), range), { objectMode: false });
    },
    async put(recordingId, name, content) {
      const put = new PutObjectCommand({ Bucket: bucket, Key: keyOf(recordingId, name), Body: Buffer.from(content) });
      await reaching(client.send(put));
      lists.delete(recordingId);
    },
    async upload(recordingId, name, file) {
      await reaching(uploadFile(client, { bucket, key: keyOf(recordingId, name) }, file));
      lists.delete(recordingId);
    },
    async delete(recordingId) {
      checkNames(recordingId);
      lists.delete(recordingId);
      await reaching(deleteAll(client, bucket, `${recordingId}/`));
      lists.delete(recordingId);
    },
    close: () => client.destroy(),
  };
  return storage;
}

async function listOf(client: S3Client, bucket: string, prefix: string): Promise<StoredFile[]> {
  const files: StoredFile[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
    for (const { Key = '', Size = 0 } of Contents) files.push({ name: Key.slice(prefix.length), bytes: Size });
  }
  return files;
}

async function* readObject(client: S3Client, bucket: string, key: string, range: ByteRange | undefined) {
  const span = range ? { Range: `bytes=${range.first}-${range.last}` } : {};
  const { Body } = await reaching(client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...span })));
  if (!(Body instanceof Readable)) throw new Error(`${key} has no content`);
  try {
    for await (const chunk of Body) yield chunk;
  } finally {
    // Whoever stops reading ends the request.
    Body.destroy();
  }
}

/** One after the other: deleting many at once takes a checksum by which not all stores go. */
async function deleteAll(client: S3Client, bucket: string, prefix: string): Promise<void> {
  const about = { Bucket: bucket, Prefix: prefix };
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand(about));
  for (const { Key, UploadId } of Uploads)
    await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
  for (const { name } of await listOf(client, bucket, prefix))
    await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: `${prefix}${name}` }));
}

async function reaching<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw unreachable(error);
  }
}

/** What the store answers is an error of ours; that it does not answer, or cannot, is told as such. */
function unreachable(error: unknown): unknown {
  const asked = askedSchema.safeParse(error).data;
  const status = asked?.$metadata.httpStatusCode ?? 500;
  return asked && status >= 500 ? new Refused('recordingStoreAway', asked.name) : error;
}
