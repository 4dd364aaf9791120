import GLib from 'gi://GLib?version=2.0';

interface Reading {
  readonly atMs: number;
  /** In ticks of 10 ms, as Linux counts (proc(5)). */
  readonly used: number;
  readonly idle: number;
}

const ticksPerSecond = 100;

/** How many cores this process uses, and how many nobody uses, from one call to the next. */
export class ProcessorLoad {
  #before = read();

  measure(): { duration: number; coresUsed: number; coresIdle: number } {
    const before = this.#before;
    const now = read();
    this.#before = now;
    const duration = Math.max(1, now.atMs - before.atMs);
    const cores = (ticks: number) => Math.max(0, ticks / ticksPerSecond / (duration / 1000));
    return { duration, coresUsed: cores(now.used - before.used), coresIdle: cores(now.idle - before.idle) };
  }
}

function read(): Reading {
  const own = textOf('/proc/self/stat');
  // Behind the name, which may have blanks in it, utime and stime are the 12th and 13th.
  const fields = own.slice(own.lastIndexOf(')') + 2).split(' ');
  const [, , , , idle] = textOf('/proc/stat').split(/\s+/);
  return {
    atMs: GLib.get_monotonic_time() / 1000,
    used: Number(fields[11]) + Number(fields[12]),
    idle: Number(idle),
  };
}

function textOf(path: string): string {
  const [, bytes] = GLib.file_get_contents(path);
  return new TextDecoder().decode(bytes);
}
