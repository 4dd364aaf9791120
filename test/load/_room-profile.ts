/** What a part of the server costs: what its threads use with it and without it, the part ended over the inspector's protocol. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const objectSchema = z.object({ result: z.object({ objectId: z.string() }) });
const instancesSchema = z.object({ objects: z.object({ objectId: z.string() }) });
/** What asks for statistics, and what judges them each second and has them kept. */
const MEASURING = { Sweep: '../../server/media/sweep.ts', Lines: '../../server/lines/lines.ts' };

/**
 * Nothing is measured any more, as if the server were about to end.
 * @param port of the process' inspector
 */
export async function endMeasuring(port: number): Promise<void> {
  const listed = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
  const [target] = z.object({ webSocketDebuggerUrl: z.string() }).array().parse(listed);
  const inspector = await openInspector(target?.webSocketDebuggerUrl ?? '');
  try {
    for (const [name, file] of Object.entries(MEASURING)) {
      const path = JSON.stringify(fileURLToPath(new URL(file, import.meta.url)));
      const expression = `process.getBuiltinModule('node:module').createRequire(${path})(${path}).${name}.prototype`;
      const { result } = objectSchema.parse(await inspector.ask('Runtime.evaluate', { expression }));
      const wanted = { prototypeObjectId: result.objectId };
      const { objects } = instancesSchema.parse(await inspector.ask('Runtime.queryObjects', wanted));
      const functionDeclaration =
        'function () { if (this.length === 0) throw new Error(); for (const one of this) one.close(); }';
      const done = await inspector.ask('Runtime.callFunctionOn', { ...objects, functionDeclaration });
      if (done && typeof done === 'object' && 'exceptionDetails' in done) throw new Error(`no ${name} to be ended`);
    }
  } finally {
    inspector.close();
  }
}

async function openInspector(url: string) {
  const socket = new WebSocket(url);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true });
    socket.addEventListener('error', reject, { once: true });
  });
  let last = 0;
  return {
    ask(method: string, params: object): Promise<unknown> {
      const id = ++last;
      return new Promise((resolve) => {
        socket.addEventListener('message', function heard({ data }) {
          const answer = z.object({ id: z.number().optional(), result: z.unknown() }).parse(JSON.parse(String(data)));
          if (answer.id !== id) return;
          socket.removeEventListener('message', heard);
          resolve(answer.result);
        });
        socket.send(JSON.stringify({ id, method, params }));
      });
    },
    close: () => socket.close(),
  };
}

export interface ThreadSeconds {
  loop: number;
  /** Of the thread that keeps samples: the only one of Node's own worker threads that lasts. */
  samples: number;
}

/**
 * CPU seconds of the server's threads so far (proc(5), schedstat: ticks would be too coarse). What V8's and libuv's
 * threads do, they do for everyone.
 */
export function threadSeconds(pid: number): ThreadSeconds {
  const folder = `/proc/${pid}/task`;
  const secondsOf = (thread: string | number) => {
    const [nanoseconds] = readFileSync(`${folder}/${thread}/schedstat`, 'utf8').split(' ');
    return Number(nanoseconds) / 1e9;
  };
  const workers = readdirSync(folder).filter(
    (one) => readFileSync(`${folder}/${one}/comm`, 'utf8') === 'WorkerThread\n',
  );
  if (workers.length === 0) throw new Error('no thread of samples');
  return { loop: secondsOf(pid), samples: workers.map(secondsOf).reduce((sum, one) => sum + one, 0) };
}
