import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { PartFailed, restartDelay, type Supervised, supervise } from '../../infra/supervise.ts';

const started: Supervised[] = [];
afterEach(() => Promise.all(started.splice(0).map((part) => part.stop())));

function superviseTestPart(behaviour: string, said: string[] = []): Supervised {
  const part = { name: 'part', script: 'test/infra/part.ts', args: [behaviour], env: process.env };
  const supervised = supervise(part, (line) => said.push(line));
  started.push(supervised);
  return supervised;
}

/** The part and the process it started. */
async function pidsOf(part: Supervised): Promise<number[]> {
  return (await part.ready).url.split(' ').map(Number);
}

/** A process that has ended but that nobody has waited for yet (state Z in proc(5)) is not alive. */
function isAlive(pid: number): boolean {
  const status = `/proc/${pid}/status`;
  return existsSync(status) && !/^State:\s+Z/m.test(readFileSync(status, 'utf8'));
}

test('a part that dies is started again, and what it had started is ended', async () => {
  const said: string[] = [];
  const [pid = 0, sleeper = 0] = await pidsOf(superviseTestPart('', said));
  process.kill(pid, 'SIGKILL');
  await expect.poll(() => said.length, { timeout: 5000 }).toBe(2);
  expect(said[0]).toContain('SIGKILL');
  expect(said[0]).toContain('0.2 s');
  await expect.poll(() => isAlive(sleeper)).toBe(false);
});

test('stopping ends a part with everything below it, even one that ignores SIGTERM', async () => {
  const part = superviseTestPart('stubborn');
  const pids = await pidsOf(part);
  expect(pids.map(isAlive)).toEqual([true, true]);
  await part.stop();
  await expect.poll(() => pids.map(isAlive)).toEqual([false, false]);
}, 10_000);

test('a part that refuses its settings is not tried again; one that crashes at the start is given up', async () => {
  await expect(superviseTestPart('refuse').ready).rejects.toMatchObject({ part: 'part', code: 2 });
  const said: string[] = [];
  await expect(superviseTestPart('crash', said).ready).rejects.toBeInstanceOf(PartFailed);
  expect(said).toHaveLength(2);
});

test('pauses grow to five seconds', () => {
  expect([1, 2, 3, 4, 5, 50].map(restartDelay)).toEqual([200, 500, 1000, 2000, 5000, 5000]);
});

test('no orphan is left when the supervisor itself is killed', async () => {
  const script = fileURLToPath(new URL('supervisor.ts', import.meta.url));
  const supervisor: ChildProcess = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(supervisor.stdout ?? process.stdin, 'data');
  const pids = String(line).split(' ').map(Number);
  expect(pids.map(isAlive)).toEqual([true, true]);
  supervisor.kill('SIGKILL');
  await expect.poll(() => pids.map(isAlive), { timeout: 5000 }).toEqual([false, false]);
});
