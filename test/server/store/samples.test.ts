import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LineState } from '../../../server/protocol/lines.ts';
import { figuresOf } from '../../../server/store/sample-rows.ts';
import { Samples } from '../../../server/store/samples.ts';

const AT = 1_800_000_000_000;
const line: LineState = { level: 'poor', since: AT, reasons: [], up: { loss: 0.12, speech: 2.9 }, down: { kbps: 800 } };
let folder: string;
const failures: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rostrum-samples-'));
  failures.length = 0;
});
afterEach(() => rm(folder, { recursive: true }));

const open = () =>
  new Samples(
    folder,
    () => AT + 5_000,
    (reason) => failures.push(reason),
  );
const wanted = { participantId: 'a', from: AT - 1_000, to: AT + 5_000 };

test('what is kept is found at once, and after a restart', async () => {
  const stream = { participantId: 'a', source: 'camera' as const };
  let samples = open();
  samples.keep('600100', {
    at: AT,
    lines: new Map([['a', line]]),
    samples: [
      { at: AT, participantId: 'a', direction: 'up', by: 'server', stream, spanMs: 1_000, codec: 'vp8', loss: 0.12 },
    ],
  });
  const { rows } = await samples.find(wanted);
  await samples.close();
  expect(rows.map(({ stream: name }) => name).sort()).toEqual(['line down', 'line up', 'up server a/camera']);
  const up = rows.find((row) => row.stream === 'line up');
  expect(up && figuresOf(up)).toEqual({ level: 'poor', loss: 0.12, speech: 2.9 });
  samples = open();
  expect((await samples.find(wanted)).rows).toEqual(rows);
  await samples.close();
  await expect(samples.find(wanted)).rejects.toThrow('closed');
  expect(failures).toEqual([]);
});

test('what was judged is kept each second; of a large meeting, where it is good, every fourth, one line after the other', async () => {
  const samples = open();
  const keep = (second: number, size: number, level: LineState['level'] = 'good') => {
    const others = Array.from({ length: size - 1 }, (_, i): [string, LineState] => [
      `b${i}`,
      { ...line, level: 'good' },
    ]);
    const lines = new Map([
      ...others.slice(0, size / 2),
      ['a', { ...line, level }] as const,
      ...others.slice(size / 2),
    ]);
    samples.keep('600100', { at: AT + second * 1_000, lines, samples: [] });
  };
  for (let second = 0; second < 4; second++) keep(second, 40);
  for (let second = 4; second < 12; second++) keep(second, 130);
  for (let second = 12; second < 16; second++) keep(second, 130, 'strained');
  const { rows } = await samples.find({ ...wanted, to: AT + 20_000 });
  const { rows: beside } = await samples.find({ ...wanted, participantId: 'b0', to: AT + 20_000 });
  await samples.close();
  const secondsOf = (name: string) => rows.filter(({ stream }) => stream === name).map(({ at }) => (at - AT) / 1_000);
  expect(secondsOf('line up')).toEqual([0, 1, 2, 3, 7, 11, 12, 13, 14, 15]);
  expect(secondsOf('line down')).toEqual(secondsOf('line up'));
  expect(beside.length).toBe(14);
});

test('what was written is there when the process was killed in the middle of its work', async () => {
  const script = `
    const { Samples } = await import(${JSON.stringify(new URL('../../../server/store/samples.ts', import.meta.url).href)});
    const samples = new Samples(${JSON.stringify(folder)}, () => ${AT} + 5_000, () => undefined);
    const line = ${JSON.stringify(line)};
    samples.keep('600100', { at: ${AT}, lines: new Map([['a', line]]), samples: [] });
    await samples.find(${JSON.stringify(wanted)});
    for (let n = 1; n < 5_000; n++) samples.keep('600100', { at: ${AT} + n, lines: new Map([['b' + n, line]]), samples: [] });
    samples.find(${JSON.stringify(wanted)});
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 5);`;
  await writeFile(join(folder, 'keeps.mjs'), script);
  const child = spawn(process.execPath, [join(folder, 'keeps.mjs')], { stdio: 'ignore' });
  const [, signal] = await once(child, 'exit');
  expect(signal).toBe('SIGKILL');
  const samples = open();
  const { rows } = await samples.find(wanted);
  expect(rows.map(({ stream }) => stream).sort()).toEqual(['line down', 'line up']);
  await samples.close();
  expect(failures).toEqual([]);
});

test('a file that cannot be written is told of, and costs nothing else', async () => {
  const samples = new Samples(
    join(folder, 'missing'),
    () => AT,
    (reason) => failures.push(reason),
  );
  await expect(samples.find(wanted)).rejects.toThrow();
  expect(failures).toHaveLength(1);
  await samples.close();
});
