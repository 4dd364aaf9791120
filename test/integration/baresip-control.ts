/** baresip's `ctrl_tcp`: JSON in netstrings, `12:{"a":…},`. */
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface BaresipEvent {
  /** e.g. CALL_INCOMING, CALL_RINGING, CALL_ESTABLISHED, CALL_CLOSED. */
  type: string;
  direction?: string;
  peeruri?: string;
  /** For CALL_CLOSED: why, e.g. `486 Busy Here`. */
  param?: string;
}

interface Reply {
  response?: boolean;
  ok?: boolean;
  data?: string;
  token?: string;
}

export interface BaresipControl {
  readonly events: readonly BaresipEvent[];
  command(name: string, parameters?: string): Promise<string>;
  waitFor(type: string, timeoutMs?: number): Promise<BaresipEvent>;
  close(): void;
}

/** Connects as soon as baresip listens. `isAlive` ends the waiting early. */
export async function openControl(host: string, port: number, isAlive: () => boolean): Promise<BaresipControl> {
  const socket = await connectWhenReady(host, port, isAlive);
  const events: BaresipEvent[] = [];
  const taken = new Set<BaresipEvent>();
  const watchers = new Set<() => void>();
  const replies = new Map<string, (reply: Reply) => void>();
  let tokens = 0;
  let buffer: Buffer = Buffer.alloc(0);

  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (let item = takeNetstring(buffer); item; item = takeNetstring(buffer)) {
      buffer = item.rest;
      const message: Reply & Partial<BaresipEvent> = JSON.parse(item.text);
      if (message.response) replies.get(message.token ?? '')?.(message);
      else if (message.type !== undefined) events.push({ ...message, type: message.type });
    }
    for (const watcher of watchers) watcher();
  });

  return {
    events,
    async command(name, parameters = '') {
      tokens += 1;
      const token = String(tokens);
      const text = JSON.stringify({ command: name, params: parameters, token });
      const reply = await new Promise<Reply>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`baresip does not answer ${name}`)), 5_000);
        replies.set(token, (answer) => {
          clearTimeout(late);
          replies.delete(token);
          resolve(answer);
        });
        socket.write(`${Buffer.byteLength(text)}:${text},`);
      });
      if (reply.ok === false) throw new Error(`baresip refuses ${name} ${parameters}: ${reply.data ?? ''}`);
      return reply.data ?? '';
    },
    waitFor: (type, timeoutMs = 10_000) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = events.find((event) => event.type === type && !taken.has(event));
          if (!found) return;
          taken.add(found);
          clearTimeout(late);
          watchers.delete(look);
          resolve(found);
        };
        const late = setTimeout(() => {
          watchers.delete(look);
          const seen = events.map((event) => `${event.type} ${event.param ?? ''}`).join(', ');
          reject(new Error(`no ${type} within ${timeoutMs} ms; seen: ${seen}`));
        }, timeoutMs);
        watchers.add(look);
        look();
      }),
    close: () => socket.destroy(),
  };
}

async function connectWhenReady(host: string, port: number, isAlive: () => boolean): Promise<Socket> {
  for (let waited = 0; waited < 30_000 && isAlive(); waited += 100) {
    const socket = await new Promise<Socket | undefined>((resolve) => {
      const attempt = connect(port, host, () => resolve(attempt));
      attempt.once('error', () => resolve(undefined));
    });
    if (socket) return socket;
    await sleep(100);
  }
  throw new Error('its control port does not open');
}

function takeNetstring(buffer: Buffer): { text: string; rest: Buffer } | undefined {
  const colon = buffer.indexOf(':');
  if (colon < 0) return undefined;
  const length = Number(buffer.toString('latin1', 0, colon));
  const end = colon + 1 + length;
  if (!Number.isInteger(length) || buffer.length < end + 1) return undefined;
  return { text: buffer.toString('utf8', colon + 1, end), rest: buffer.subarray(end + 1) };
}
