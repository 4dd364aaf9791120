import { statfs } from 'node:fs/promises';

/** Room on a disk, in bytes. */
export interface FreeSpace {
  free: number;
  total: number;
}

/** What a process without privileges may still write where this folder is. */
export async function freeSpaceAt(folder: string): Promise<FreeSpace> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { free: bavail * bsize, total: blocks * bsize };
}

/** In bytes: below `warn` the centre is told, below `min` nothing is recorded. */
export interface SpaceLimits {
  warn: number;
  min: number;
}

export type Room = 'enough' | 'low' | 'none';

/** Once there was none, it takes this much more than the least until it goes on: what one minute takes is not a reason. */
const MARGIN = 1.1;

/** @param before as it was at the last look */
export function roomFor({ free }: Pick<FreeSpace, 'free'>, { warn, min }: SpaceLimits, before: Room): Room {
  const least = before === 'none' ? min * MARGIN : min;
  if (free < least) return 'none';
  return free < (before === 'enough' ? warn : warn * MARGIN) ? 'low' : 'enough';
}
