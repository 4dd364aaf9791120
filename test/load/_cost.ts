/** What processes cost, as Linux counts it (proc(5)). */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK']));

/** CPU seconds that a process has used; 0 when it is gone. */
export function cpuSeconds(pid: number): number {
  const fields = statOf(pid);
  return fields ? (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND : 0;
}

/** Cores in use, by all these processes together, over the next `seconds`. */
export async function coresOver(pids: readonly number[], seconds: number): Promise<number> {
  const total = () => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  const [before, begun] = [total(), performance.now()];
  await sleep(seconds * 1000);
  return (total() - before) / ((performance.now() - begun) / 1000);
}

/** Memory of a process in MB; what it shares with others counts by its part (PSS). */
export function memoryOf(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) / 1024;
}

export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Engine processes of a gateway. @param job e.g. `leg` */
export function enginesOf(gateway: number, job: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => Number(statOf(pid)?.[1]) === gateway && isJob(pid, job));
}

function isJob(pid: number, job: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(job);
  } catch {
    return false;
  }
}

/** Behind the name, which may have blanks in it: state, parent, … */
function statOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
