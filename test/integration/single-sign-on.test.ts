import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from './free-port.ts';

import { HttpClient, http, ServerProcess, signIn } from './server-process.ts';

const CLIENT = { client_id: 'rostrum', client_secret: 'bi-mat-cua-rostrum' };
/** What the province knows of its people, by how they sign in there. */
const PEOPLE: Record<string, { name: string; preferred_username: string; groups: string[] }> = {
  lan: { name: 'Nguyễn Thị Lan', preferred_username: 'Lan.Nguyễn@tinh.gov.vn', groups: ['phong-ky-thuat', 'khac'] },
  operator: { name: 'Kẻ mạo danh', preferred_username: 'operator', groups: ['phong-ky-thuat'] },
  khach: { name: 'Khách', preferred_username: 'khach', groups: ['khac'] },
};

let provider: Server;
let server: ServerProcess;
let issuer: string;

beforeAll(async () => {
  const port = await freePort();
  provider = createServer().listen(0, '127.0.0.1');
  await once(provider, 'listening');
  issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
  const redirect = `https://127.0.0.1:${port}/api/single-sign-on/back`;
  const oidc = new Provider(issuer, {
    clients: [{ ...CLIENT, redirect_uris: [redirect] }],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'realm'], email: [] },
    pkce: { required: () => true },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: () => {
        const { groups = [], ...person } = PEOPLE[sub] ?? {};
        return { sub, ...person, realm: { roles: groups } };
      },
    }),
  });
  provider.on('request', oidc.callback());
  server = await ServerProcess.start({
    ROSTRUM_PORT: String(port),
    ROSTRUM_OIDC_ISSUER: issuer,
    ROSTRUM_OIDC_CLIENT_ID: CLIENT.client_id,
    ROSTRUM_OIDC_CLIENT_SECRET: CLIENT.client_secret,
    ROSTRUM_OIDC_ROLE_CLAIM: 'realm.roles',
    ROSTRUM_OIDC_ROLES: 'phong-ky-thuat=operator,lanh-dao=chair',
  });
}, 60_000);
afterAll(async () => {
  await server?.close();
  provider.closeAllConnections();
  provider.close();
});

/** A browser at the province's pages: follows redirects there, keeps its cookies, fills in the two forms. */
async function signInAtProvince(start: string, person: string): Promise<string> {
  const cookies = new Map<string, string>();
  let url = start;
  let form: URLSearchParams | undefined;
  for (let step = 0; step < 12; step++) {
    const answer = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form ? { method: 'POST', body: form } : {}),
    });
    form = undefined;
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    const next = answer.headers.get('location');
    if (next) {
      url = new URL(next, url).href;
      if (!url.startsWith(issuer)) return url;
      continue;
    }
    const page = await answer.text();
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
    if (!prompt) throw new Error(`${answer.status}: ${page.slice(0, 500)}`);
    form = new URLSearchParams(prompt === 'login' ? { prompt, login: person, password: 'x' } : { prompt });
    url = new URL(/action="([^"]+)"/.exec(page)?.[1] ?? '', url).href;
  }
  throw new Error('no way back');
}

/** Where the person stands in the end, and the browser that he came by. */
async function enter(person: string): Promise<{ client: HttpClient; location: string }> {
  const client = new HttpClient(server);
  const begun = await client.send('GET', '/api/single-sign-on');
  expect(begun.status, begun.text).toBe(302);
  const back = new URL(await signInAtProvince(String(begun.headers.location), person));
  const answer = await http(back.href, 'GET', undefined, { cookie: client.cookie });
  const session = [answer.headers['set-cookie'] ?? []]
    .flat()
    .map((set) => String(set).split(';')[0])
    .find((set) => set?.startsWith('__Host-rostrum='));
  client.cookie = session ?? '';
  return { client, location: String(answer.headers.location) };
}

test('whoever the province knows gets an account with the roles that it gives, the same each time', async () => {
  expect((await new HttpClient(server).send('GET', '/api/sign-in')).json).toEqual({ singleSignOn: true });
  const { client, location } = await enter('lan');
  expect(location).toBe('/');
  const session = (await client.send('GET', '/api/session')).json;
  expect(session).toMatchObject({
    ...{ username: 'lan.nguyen', name: 'Nguyễn Thị Lan', roles: ['operator'] },
    ...{ passwordChangeRequired: false, hasPassword: false },
  });
  expect((await client.send('POST', '/api/rooms', { title: 'Giao ban' })).status).toBe(201);
  PEOPLE.lan?.groups.push('lanh-dao');
  const again = await enter('lan');
  expect((await again.client.send('GET', '/api/session')).json).toMatchObject({
    ...{ username: 'lan.nguyen', roles: ['operator', 'chair'] },
  });
  // Other roles are a new sign-in: the earlier session has ended.
  expect((await client.send('GET', '/api/session')).status).toBe(401);
}, 30_000);

test('nobody becomes who is called the same here, and nobody enters without a role or with a foreign answer', async () => {
  const administrator = await signIn(server);
  const { client } = await enter('operator');
  expect((await client.send('GET', '/api/session')).json).toMatchObject({
    username: 'operator-2',
    roles: ['operator'],
  });
  expect((await enter('khach')).location).toBe('/?refused=singleSignOnFailed');
  await administrator.send('PATCH', '/api/accounts/operator-2', { disabled: true });
  expect((await enter('operator')).location).toBe('/?refused=accountDisabled');
  const begun = new HttpClient(server);
  await begun.send('GET', '/api/single-sign-on');
  const forged = await begun.send('GET', '/api/single-sign-on/back?code=x&state=y');
  expect(forged.headers.location).toBe('/?refused=singleSignOnFailed');
  expect((await administrator.send('GET', '/api/audit?act=signedIn&by=lan.nguyen')).json).toMatchObject({
    rows: [{ detail: { way: 'singleSignOn' } }, { detail: { way: 'singleSignOn' } }],
  });
}, 30_000);
