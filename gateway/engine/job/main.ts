/**
 * The first module of an engine process: `gjs -m main.ts JOB`. Reads commands from stdin, one JSON line each, carries
 * them out one after the other, and writes replies and events to stdout. It ends by `quit`, or by itself when stdin
 * closes, so that a gateway that was killed leaves nothing running.
 */
import Gio from 'gi://Gio?version=2.0';
import GLib from 'gi://GLib?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import system from 'system';
import { type Emit, JobFailure, type RunningJob } from './job.ts';

interface Command {
  id: number;
  command: string;
  params: never;
}

/** gjs collects by how much JavaScript was made; what the bus and the counters leave behind is mostly native. */
const collectEverySeconds = 30;

const write = (line: object) => print(JSON.stringify(line));

const loop = GLib.MainLoop.new(null, false);
const input = Gio.DataInputStream.new(Gio.UnixInputStream.new(0, false));

Gst.init(null);
const name = String(ARGV[0]);

function readLine(): Promise<string | null> {
  return new Promise((resolve) => {
    input.read_line_async(GLib.PRIORITY_DEFAULT, null, (stream, result) => {
      try {
        resolve(stream.read_line_finish_utf8(result)[0]);
      } catch {
        resolve(null);
      }
    });
  });
}

async function carryOut(job: RunningJob, { id, command, params }: Command): Promise<void> {
  try {
    const perform = job.commands[command];
    if (perform === undefined) throw new JobFailure('unknownCommand', `${name} has no command ${command}`);
    write({ ok: id, result: await perform(params) });
  } catch (error) {
    const code = error instanceof JobFailure ? error.code : 'failed';
    write({ failed: id, code, message: error instanceof Error ? error.message : String(error) });
  }
}

async function serve(): Promise<void> {
  const { start } = (await import(`./${name}.ts`)) as { start(emit: Emit<{ event: string }>): RunningJob };
  const job = start(write);
  write({ event: 'ready', version: Gst.version_string() });
  for (let line = await readLine(); line !== null; line = await readLine()) {
    const command = JSON.parse(line) as Command;
    if (command.command === 'quit') break;
    const done = carryOut(job, command);
    if (!job.unhurried?.includes(command.command)) await done;
  }
  await job.close();
}

let status = 0;
serve()
  .catch((error) => {
    status = 1;
    printerr(`${name}: ${error instanceof Error ? `${error.message}\n${error.stack}` : String(error)}`);
  })
  .finally(() => loop.quit());
GLib.timeout_add(GLib.PRIORITY_DEFAULT, collectEverySeconds * 1000, () => {
  system.gc();
  return true;
});
// No top-level await above: the loop would then run inside a promise job, and all other promises would wait for it.
loop.run();
// From within a promise job gjs would only note the wish to exit.
system.exit(status);
