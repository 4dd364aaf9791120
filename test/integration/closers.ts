import { afterEach } from 'vitest';

export type Closer = () => unknown;

/** What each test of a file opens, closed when it is over, the last first. */
export function closeAfterEach(): Closer[] {
  const closers: Closer[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });
  return closers;
}
