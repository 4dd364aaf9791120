import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newAccount } from '../../../server/api/operator-account.ts';
import { Sessions } from '../../../server/api/sessions.ts';
import { openEmbeddedStore, type Store } from '../../../server/store/index.ts';

const HOUR_MS = 3600_000;
let folder: string;
let store: Store;
let server: Server;
let now = Date.UTC(2026, 0, 5);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rostrum-sessions-'));
  store = await openEmbeddedStore(folder);
  const account = { ...newAccount('operator', now), passwordHash: 'x', oneTime: false, roles: ['operator' as const] };
  await store.accounts.add(account, undefined);
  const sessions = new Sessions({ ...store, now: () => now });
  const app = express();
  app.post('/', async (request, response) => {
    await sessions.open(request, response, account);
    response.end();
  });
  app.get('/', async (request, response) => {
    await sessions.find(request).catch(() => response.status(401));
    response.end();
  });
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await store.close();
  await rm(folder, { recursive: true });
});

async function ask(method: string, cookie = ''): Promise<{ status: number; cookie: string | null }> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const { status, headers } = await fetch(url, { method, headers: { cookie } });
  return { status, cookie: headers.get('set-cookie') };
}

test('a sign-in ends a day after its last use, at the server and in the browser', async () => {
  const opened = (await ask('POST')).cookie ?? '';
  const cookie = opened.split(';')[0] ?? '';
  now += 11 * HOUR_MS;
  expect(await ask('GET', cookie)).toEqual({ status: 200, cookie: null });
  now += 2 * HOUR_MS;
  const renewed = await ask('GET', cookie);
  expect(renewed.status).toBe(200);
  expect(renewed.cookie?.startsWith(`${cookie}; Max-Age=86400;`)).toBe(true);
  now += 23 * HOUR_MS;
  expect((await ask('GET', cookie)).status).toBe(200);
  now += 25 * HOUR_MS;
  expect((await ask('GET', cookie)).status).toBe(401);
});
