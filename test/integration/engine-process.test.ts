import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { mixContract } from '../../gateway/engine/mix-protocol.ts';
import { type EngineExit, type EngineProcess, startEngine } from '../../gateway/engine/process.ts';
import { cacheFolder, recordingLogger, until } from './engine-peers.ts';

const engines: EngineProcess<typeof mixContract>[] = [];
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.stop()));
});

async function startMix(requestTimeoutMs = 5000) {
  const engine = await startEngine(mixContract, { logger: recordingLogger(), cacheFolder, requestTimeoutMs });
  engines.push(engine);
  return engine;
}

const runs = (pid: number) => existsSync(`/proc/${pid}`);

test('a process is ready soon, answers, and ends when it is told to', async () => {
  await startMix();
  const before = performance.now();
  const engine = await startMix();
  expect(performance.now() - before).toBeLessThan(1500);
  const exits: EngineExit[] = [];
  engine.onExit((exit) => exits.push(exit));
  expect(await engine.request('stats', {})).toMatchObject({ inputs: 0, outputs: 0 });
  await engine.stop();
  expect(exits).toEqual([{ expected: true, code: 0, signal: null }]);
  expect(runs(engine.pid)).toBe(false);
  await expect(engine.request('stats', {})).rejects.toMatchObject({ code: 'engineExited' });
});

test('a crash rejects what was asked, and is told once', async () => {
  const engine = await startMix();
  const exits: EngineExit[] = [];
  engine.onExit((exit) => exits.push(exit));
  process.kill(engine.pid, 'SIGSTOP');
  const asked = engine.request('stats', {});
  process.kill(engine.pid, 'SIGKILL');
  await expect(asked).rejects.toMatchObject({ code: 'engineExited' });
  expect(exits).toEqual([{ expected: false, code: null, signal: 'SIGKILL' }]);
});

test('a process that hangs times out, and is killed when it is stopped', async () => {
  const engine = await startMix(300);
  process.kill(engine.pid, 'SIGSTOP');
  await expect(engine.request('stats', {})).rejects.toMatchObject({ code: 'engineTimeout' });
  await engine.stop();
  expect(runs(engine.pid)).toBe(false);
});

test('an unknown job does not start, and says so', async () => {
  const logger = recordingLogger();
  const unknown = startEngine({ ...mixContract, job: 'nonsense' }, { logger, cacheFolder });
  await expect(unknown).rejects.toMatchObject({ code: 'engineNotStarted' });
  expect(logger.lines.join('\n')).toContain('nonsense');
});

test('a wrong parameter is refused before it is sent', async () => {
  const engine = await startMix();
  const refused = engine.request('addOutput', {
    outputId: 'room',
    rtp: { remote: { ip: '127.0.0.1', port: 0 }, payloadType: 111, ssrc: 1, cname: 'x' },
  });
  await expect(refused).rejects.toMatchObject({ code: 'badCommand' });
});

test('a gateway killed by SIGKILL leaves no engine behind', async () => {
  const parent = spawn(process.execPath, [fileURLToPath(new URL('./engine-parent.ts', import.meta.url)), cacheFolder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let pid = 0;
  parent.stdout.on('data', (text) => {
    pid = Number(text);
  });
  await until(() => pid > 0, 'the engine of the other process');
  expect(runs(pid)).toBe(true);
  parent.kill('SIGKILL');
  await until(() => !runs(pid), 'the engine ends with its parent', 3000);
});
