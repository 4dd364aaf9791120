import { afterEach, type TestContext } from 'vitest';

export type Closer = () => unknown;

/** What each test of a file opens, closed when it is over, the last first. For tests one after the other. */
export function closeAfterEach(): Closer[] {
  const closers: Closer[] = [];
  afterEach(() => closeAll(closers));
  return closers;
}

/** The same for one of several tests side by side. */
export function closeAfter({ onTestFinished }: Pick<TestContext, 'onTestFinished'>): Closer[] {
  const closers: Closer[] = [];
  onTestFinished(() => closeAll(closers));
  return closers;
}

async function closeAll(closers: Closer[]): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}
