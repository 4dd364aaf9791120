/** What part of a Node process' work a part of its source is, by V8's own sampling over the inspector's protocol. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const frameSchema = z.object({ functionName: z.string(), url: z.string() });
export type Frame = z.infer<typeof frameSchema>;
const nodeSchema = z.object({
  id: z.number(),
  callFrame: frameSchema,
  children: z.number().array().default([]),
});
const profileSchema = z.object({ profile: z.object({ nodes: nodeSchema.array(), samples: z.number().array() }) });
type Profile = z.infer<typeof profileSchema>['profile'];

/** Whether a function's work, and that of all that it calls, belongs to what is asked for; undefined: as its caller's. */
export type Belongs = (frame: Frame) => boolean | undefined;

/**
 * Part of the loop's work over the next seconds that belongs; 0 to 1.
 * @param port of the process' inspector
 */
export async function shareOfLoop(port: number, belongs: Belongs, seconds: number): Promise<number> {
  const listed = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
  const [target] = z.object({ webSocketDebuggerUrl: z.string() }).array().parse(listed);
  const inspector = await openInspector(target?.webSocketDebuggerUrl ?? '');
  try {
    await inspector.ask('Profiler.enable');
    await inspector.ask('Profiler.start');
    await sleep(seconds * 1000);
    const { profile } = profileSchema.parse(await inspector.ask('Profiler.stop'));
    return shareOf(profile, belongs);
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
    ask(method: string): Promise<unknown> {
      const id = ++last;
      return new Promise((resolve) => {
        socket.addEventListener('message', function heard({ data }) {
          const answer = z.object({ id: z.number().optional(), result: z.unknown() }).parse(JSON.parse(String(data)));
          if (answer.id !== id) return;
          socket.removeEventListener('message', heard);
          resolve(answer.result);
        });
        socket.send(JSON.stringify({ id, method }));
      });
    },
    close: () => socket.close(),
  };
}

/** Nobody's: collecting garbage and the system's part are of everyone as much as the rest of the work is. */
const NOBODYS = new Set(['(idle)', '(program)', '(garbage collector)']);

function shareOf({ nodes, samples }: Profile, belongs: Belongs): number {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const own = new Set<number>();
  const mark = (id: number, callers: boolean) => {
    const node = byId.get(id);
    if (!node) return;
    const is = belongs(node.callFrame) ?? callers;
    if (is) own.add(id);
    for (const child of node.children) mark(child, is);
  };
  const [root] = nodes;
  if (root) mark(root.id, false);
  const busy = samples.filter((id) => !NOBODYS.has(byId.get(id)?.callFrame.functionName ?? ''));
  return busy.filter((id) => own.has(id)).length / Math.max(1, busy.length);
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
