/** What part of a Node process' work a part of its source is, by V8's own sampling over the inspector's protocol. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const nodeSchema = z.object({
  id: z.number(),
  callFrame: z.object({ functionName: z.string(), url: z.string() }),
  children: z.number().array().default([]),
});
const profileSchema = z.object({ profile: z.object({ nodes: nodeSchema.array(), samples: z.number().array() }) });
type Profile = z.infer<typeof profileSchema>['profile'];

/**
 * Part of the loop's work done in or below source that matches, over the next seconds; 0 to 1.
 * @param port of the process' inspector
 */
export async function shareOfLoop(port: number, source: RegExp, seconds: number): Promise<number> {
  const listed = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
  const [target] = z.object({ webSocketDebuggerUrl: z.string() }).array().parse(listed);
  const inspector = await openInspector(target?.webSocketDebuggerUrl ?? '');
  try {
    await inspector.ask('Profiler.enable');
    await inspector.ask('Profiler.start');
    await sleep(seconds * 1000);
    const { profile } = profileSchema.parse(await inspector.ask('Profiler.stop'));
    return shareOf(profile, source);
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

function shareOf({ nodes, samples }: Profile, source: RegExp): number {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const own = new Set<number>();
  const mark = (id: number, isBelow: boolean) => {
    const node = byId.get(id);
    if (!node) return;
    const is = isBelow || source.test(node.callFrame.url);
    if (is) own.add(id);
    for (const child of node.children) mark(child, is);
  };
  const [root] = nodes;
  if (root) mark(root.id, false);
  const busy = samples.filter((id) => byId.get(id)?.callFrame.functionName !== '(idle)');
  return busy.filter((id) => own.has(id)).length / Math.max(1, busy.length);
}

export interface ThreadSeconds {
  loop: number;
  others: number;
}

/** CPU seconds of a process so far, of its loop's thread and of all others (proc(5), schedstat: ticks would be too coarse). */
export function threadSeconds(pid: number): ThreadSeconds {
  const seconds = new Map(
    readdirSync(`/proc/${pid}/task`).map((thread) => {
      const [nanoseconds] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
      return [Number(thread), Number(nanoseconds) / 1e9];
    }),
  );
  const all = seconds.values().reduce((sum, one) => sum + one, 0);
  const loop = seconds.get(pid) ?? 0;
  return { loop, others: all - loop };
}
