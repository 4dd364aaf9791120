/** Our own registrations and calls through a trunk that asks for a password: Kamailio, and a second edge of ours. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { End, Failure, Registration, RegistrationState, SipEdge } from '../../gateway/sip/index.ts';
import { type Kamailio, startKamailio } from './kamailio.ts';
import { accountOf, realm } from './sip-codec.ts';
import { address, answerCall, nextCall, offer, openEdge } from './sip-peers.ts';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one.close();
});

async function edgeOf(...options: Parameters<typeof openEdge>): Promise<SipEdge> {
  const edge = await openEdge(...options);
  opened.push(edge);
  return edge;
}

async function trunkOf(algorithm: 'MD5' | 'SHA-256', nonceSeconds = 300): Promise<Kamailio> {
  const defines = [`ALGORITHM="${algorithm === 'MD5' ? '' : algorithm}"`, `NONCE_SECONDS=${nonceSeconds}`];
  const trunk = await startKamailio('kamailio-trunk.cfg', defines);
  opened.push(trunk);
  return trunk;
}

function register(edge: SipEdge, registrar: string, user: string, password = 'secret', expiresSeconds = 10) {
  return edge.register({ registrar, user, password, expiresSeconds });
}

function untilState(registration: Registration, wanted: RegistrationState): Promise<void> {
  return vi.waitFor(() => expect(registration.state).toBe(wanted), { timeout: 5_000 });
}

describe.each([
  ['MD5', 'udp'],
  ['SHA-256', 'tcp'],
] as const)('a trunk with %s over %s', (algorithm, transport) => {
  it('registers us, carries calls both ways, and asks for our password again and again', async () => {
    const trunk = await trunkOf(algorithm);
    const host = `${address}:${trunk.port};transport=${transport}`;
    const [centre, site] = [await edgeOf(), await edgeOf()];
    const states: RegistrationState[] = [];
    const registration = register(centre, `sip:${host}`, 'rostrum');
    registration.onState((state) => states.push(state));
    await untilState(registration, 'registered');
    await untilState(register(site, `sip:${host}`, 'site9'), 'registered');

    const credentials = { user: 'rostrum', password: 'secret' };
    const taken = nextCall(site);
    const out = centre.place(`sip:site9@${host}`, { callerName: 'R', fromUser: 'rostrum', offer, credentials });
    const failures: Failure[] = [];
    out.on('failed', (failure) => failures.push(failure));
    const inbound = await taken;
    expect(inbound.target).toBe('site9');
    inbound.onReoffer(() => offer());
    answerCall(inbound);
    await vi.waitFor(() => expect(out.state, JSON.stringify(failures)).toBe('established'));
    expect(await out.reoffer(offer())).toMatchObject({ ok: true });
    const ended = new Promise<End>((resolve) => inbound.on('ended', resolve));
    await out.hangUp();
    expect(await ended).toMatchObject({ by: 'remote' });
    const expected = ['INVITE', 'INVITE', 'BYE'].flatMap((method) => [`challenged ${method}`, `took ${method}`]);
    await vi.waitFor(() => expect(trunk.said.filter((line) => !line.includes('REGISTER'))).toEqual(expected));

    const back = nextCall(centre);
    const call = site.place(`sip:rostrum@${host}`, { callerName: 'S', fromUser: 'site9', offer });
    const dialog = await back;
    expect(dialog.target).toBe('rostrum');
    dialog.reject(486);
    expect(await new Promise<Failure>((resolve) => call.on('failed', resolve))).toMatchObject({ code: 'busy' });
    expect(states).toEqual(['registered']);
  });

  it('is left when we close', async () => {
    const trunk = await trunkOf(algorithm);
    const edge = await edgeOf();
    const registration = register(edge, `sip:${address}:${trunk.port};transport=${transport}`, 'rostrum');
    await untilState(registration, 'registered');
    await edge.close();
    await vi.waitFor(() => expect(trunk.said.at(-1)).toMatch(/^took REGISTER .*;expires=0/));
  });
});

describe('a registration of ours', () => {
  it('is renewed before it ends, with a new nonce when the old one is stale', async () => {
    const trunk = await trunkOf('MD5', 2);
    const edge = await edgeOf();
    const registration = register(edge, `sip:${address}:${trunk.port}`, 'rostrum', 'secret', 5);
    await vi.waitFor(() => expect(trunk.said.filter((line) => line.startsWith('took'))).toHaveLength(3), {
      timeout: 15_000,
      interval: 200,
    });
    expect(registration.state).toBe('registered');
  });

  it('with a wrong password is refused, once for each challenge, and tried again later', async () => {
    const trunk = await trunkOf('SHA-256');
    const edge = await edgeOf();
    const registration = register(edge, `sip:${address}:${trunk.port}`, 'rostrum', 'guess');
    await untilState(registration, 'refused');
    await vi.waitFor(() => expect(trunk.said).toEqual(['challenged REGISTER', 'challenged REGISTER']));
  });

  it('with nobody there is unreachable', async () => {
    const edge = await edgeOf();
    const registration = register(edge, `sip:${address}:9;transport=tcp`, 'rostrum');
    await untilState(registration, 'unreachable');
  });

  it('takes what the registrar asks for: SHA-256 of two, and no less than its shortest time', async () => {
    const account = async (user: string) => (user === 'trunk1' ? accountOf('trunk1', 'secret') : undefined);
    const registrar = await edgeOf({ account }, { realm });
    const edge = await edgeOf();
    const registration = register(edge, `sip:${address}:${registrar.port}`, 'trunk1');
    await untilState(registration, 'registered');
    const [binding] = registrar.registrar.bindingsOf('trunk1');
    expect(binding?.contact).toBe(`sip:trunk1@${address}:${edge.port};transport=udp`);
    expect(((binding?.expiresAt ?? 0) - Date.now()) / 1_000).toBeGreaterThan(50);
    await registration.close();
    expect(registrar.registrar.bindingsOf('trunk1')).toEqual([]);
  });

  it('anywhere else than at a SIP URI is refused at once', async () => {
    const edge = await edgeOf();
    expect(() => register(edge, 'https://example.vn', 'x')).toThrow('not a registrar');
    expect(() => register(edge, 'sips:example.vn', 'x')).toThrow('not a registrar');
  });
});

describe('a call through a trunk', () => {
  it('with the wrong password, or none, fails and says so', async () => {
    const trunk = await trunkOf('SHA-256');
    const edge = await edgeOf();
    for (const credentials of [{ user: 'rostrum', password: 'guess' }, undefined]) {
      const call = edge.place(`sip:site9@${address}:${trunk.port}`, {
        ...{ callerName: 'R', fromUser: 'rostrum', offer },
        ...(credentials ? { credentials } : {}),
      });
      const failure = await new Promise<Failure>((resolve) => call.on('failed', resolve));
      expect(failure).toMatchObject({ code: 'authenticationRequired', status: 407 });
    }
    await vi.waitFor(() => expect(trunk.said).toEqual(Array(3).fill('challenged INVITE')));
    expect(edge.dialogs).toEqual([]);
  });

  it('may be cancelled, and leaves nothing behind', async () => {
    const trunk = await trunkOf('MD5');
    const [centre, site] = [await edgeOf(), await edgeOf()];
    await untilState(register(site, `sip:${address}:${trunk.port}`, 'site9'), 'registered');
    const taken = nextCall(site);
    const call = centre.place(`sip:site9@${address}:${trunk.port}`, {
      ...{ callerName: 'R', fromUser: 'rostrum', offer },
      credentials: { user: 'rostrum', password: 'secret' },
    });
    const inbound = await taken;
    inbound.ring();
    await new Promise<void>((resolve) => call.on('ringing', () => resolve()));
    const cancelled = new Promise<End>((resolve) => inbound.on('ended', resolve));
    await call.hangUp();
    expect(await cancelled).toMatchObject({ by: 'remote', status: 487 });
  });

  it('goes to another host by a route, with its credentials', async () => {
    const trunk = await trunkOf('SHA-256');
    const [centre, site] = [await edgeOf(), await edgeOf()];
    await untilState(register(site, `sip:${address}:${trunk.port}`, 'site9'), 'registered');
    const taken = nextCall(site);
    const call = centre.place('sip:site9@trunk.invalid', {
      ...{ callerName: 'R', fromUser: 'rostrum', offer, route: `sip:${address}:${trunk.port}` },
      credentials: { user: 'rostrum', password: 'secret' },
    });
    (await taken).reject(603);
    expect(await new Promise<Failure>((resolve) => call.on('failed', resolve))).toMatchObject({ code: 'declined' });
  });
});
