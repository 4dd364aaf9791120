import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type ListPartsCommandOutput,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { ByteRange } from './ranges.ts';

/** A file that does not change any more. */
export interface UploadedFile {
  bytes: number;
  read(range: ByteRange): Promise<Buffer>;
  /** Between two requests: waits as long as the line is for others. Rejects to break off. */
  pause(bytes: number): Promise<void>;
}

interface Target {
  bucket: string;
  key: string;
}
interface Part {
  PartNumber: number;
  ETag: string | undefined;
}

/** No part but the last may be smaller than 5 MiB, and there are no more than 10,000. */
const SMALLEST_PART = 5 * 1024 * 1024;
const MOST_PARTS = 10_000;

/**
 * Each request is signed with the SHA-256 of what it carries, which the store compares. A large file goes in parts; those
 * that an earlier attempt has brought there stay.
 */
export async function uploadFile(client: S3Client, target: Target, file: UploadedFile): Promise<void> {
  const about = { Bucket: target.bucket, Key: target.key };
  if (file.bytes <= SMALLEST_PART) {
    const Body = file.bytes === 0 ? Buffer.alloc(0) : await file.read({ first: 0, last: file.bytes - 1 });
    await client.send(new PutObjectCommand({ ...about, Body }));
    await file.pause(file.bytes);
  } else {
    await uploadParts(client, target, file);
  }
  const { ContentLength } = await client.send(new HeadObjectCommand(about));
  if (ContentLength !== file.bytes) throw new Error(`${target.key} has ${ContentLength} of ${file.bytes} bytes`);
}

async function uploadParts(client: S3Client, target: Target, file: UploadedFile): Promise<void> {
  const about = { Bucket: target.bucket, Key: target.key };
  const size = Math.max(SMALLEST_PART, Math.ceil(file.bytes / MOST_PARTS));
  const UploadId = (await earlierUpload(client, target)) ?? (await beginUpload(client, target));
  const there = await partsThere(client, target, UploadId);
  const parts: Part[] = [];
  for (let first = 0; first < file.bytes; first += size) {
    const PartNumber = parts.length + 1;
    const last = Math.min(first + size, file.bytes) - 1;
    const earlier = there.get(PartNumber);
    if (earlier?.bytes === last - first + 1) {
      parts.push({ PartNumber, ETag: earlier.ETag });
      continue;
    }
    const Body = await file.read({ first, last });
    const { ETag } = await client.send(new UploadPartCommand({ ...about, UploadId, PartNumber, Body }));
    parts.push({ PartNumber, ETag });
    await file.pause(Body.length);
  }
  const MultipartUpload = { Parts: parts };
  await client.send(new CompleteMultipartUploadCommand({ ...about, UploadId, MultipartUpload }));
}

async function beginUpload(client: S3Client, { bucket, key }: Target): Promise<string> {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: key }));
  if (UploadId === undefined) throw new Error('an upload without an id');
  return UploadId;
}

/** The newest that was not ended; older ones are given up. */
async function earlierUpload(client: S3Client, { bucket, key }: Target): Promise<string | undefined> {
  const found: { UploadId: string; begun: number }[] = [];
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: key }));
  for (const { Key, UploadId, Initiated } of Uploads) {
    if (Key === key && UploadId !== undefined) found.push({ UploadId, begun: Initiated?.getTime() ?? 0 });
  }
  const [newest, ...older] = found.toSorted((a, b) => b.begun - a.begun);
  for (const { UploadId } of older)
    await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId }));
  return newest?.UploadId;
}

async function partsThere(client: S3Client, { bucket, key }: Target, UploadId: string) {
  const there = new Map<number, { bytes: number; ETag: string | undefined }>();
  const about = { Bucket: bucket, Key: key, UploadId };
  let after: string | undefined = '0';
  // Not the client's own paginator: it goes by the marker, which some stores send behind the last page too.
  while (after !== undefined) {
    const page: ListPartsCommandOutput = await client.send(new ListPartsCommand({ ...about, PartNumberMarker: after }));
    for (const { PartNumber = 0, Size = -1, ETag } of page.Parts ?? []) there.set(PartNumber, { bytes: Size, ETag });
    after = page.IsTruncated ? page.NextPartNumberMarker : undefined;
  }
  return there;
}
