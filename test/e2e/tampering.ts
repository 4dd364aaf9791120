import type { Page } from 'playwright/test';
import { z } from 'zod';
import { type Answer, answerSchema } from '../../server/protocol/wire.ts';

/**
 * Opens a page's socket to a stranger's hands. To be called before the page is loaded. The client itself stays as it
 * is: it captures, encodes and sends, and knows nothing of what is said in its name.
 */
export async function tamperWith(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const heard: string[] = [];
    const said: string[] = [];
    const sockets: WebSocket[] = [];
    Object.assign(window, { tampered: { heard, said, sockets } });
    const Original = window.WebSocket;
    window.WebSocket = class extends Original {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        sockets.push(this);
        this.addEventListener('message', ({ data }) => heard.push(String(data)));
      }
      override send(data: string): void {
        said.push(String(data));
        super.send(data);
      }
    };
  });
}

declare global {
  interface Window {
    tampered: { heard: string[]; said: string[]; sockets: WebSocket[] };
  }
}

/** An id of acknowledgement that the page itself never comes to. */
let acknowledgement = 900_000;

/** Says something on the page's own connection, as socket.io writes it (packet 4, type 2, namespace, id, JSON). */
export async function say(page: Page, name: 'command' | 'request', message: unknown): Promise<Answer> {
  const id = acknowledgement++;
  const answer = await page.evaluate(
    async ({ id, text }) => {
      const socket = window.tampered.sockets.findLast(({ readyState }) => readyState === WebSocket.OPEN);
      socket?.send(`42/room,${id}${text}`);
      const prefix = `43/room,${id}[`;
      for (const end = performance.now() + 10_000; performance.now() < end; ) {
        const found = window.tampered.heard.find((line) => line.startsWith(prefix));
        if (found) return found.slice(prefix.length - 1);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error('no answer');
    },
    { id, text: JSON.stringify([name, message]) },
  );
  return answerSchema.parse(JSON.parse(answer)[0]);
}

const produceSchema = z.looseObject({ request: z.literal('produce'), kind: z.enum(['audio', 'video']) });

/** The client's own request by which its microphone is sent: stream numbers that carry real sound. */
export async function microphoneRequest(page: Page): Promise<z.infer<typeof produceSchema>> {
  const said = await page.evaluate(() => window.tampered.said);
  for (const line of said) {
    const [, json] = /^42\/room,\d+(\[.*)$/s.exec(line) ?? [];
    const parsed = produceSchema.safeParse(json === undefined ? undefined : JSON.parse(json)[1]);
    if (parsed.success && parsed.data.kind === 'audio') return parsed.data;
  }
  throw new Error('the page has sent no sound');
}
