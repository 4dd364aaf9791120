import { afterEach, expect, it, vi } from 'vitest';
import type { End, SipEdge } from '../../gateway/sip/index.ts';
import { type Baresip, startBaresip } from './baresip.ts';
import { selfSigned } from './certificates.ts';
import { accountOf, realm } from './sip-codec.ts';
import { address, answerCall, nextCall, offer, openEdge } from './sip-peers.ts';

let edge: SipEdge;
let codec: Baresip | undefined;

afterEach(async () => {
  await codec?.close();
  codec = undefined;
  await edge.close();
});

async function openRegistrar(): Promise<void> {
  edge = await openEdge(
    {
      account: async (user) => (user === 'codec1' ? accountOf('codec1', 'secret1') : undefined),
      authorise: ({ identity }) => (identity.account === 'codec1' ? 'accept' : 'challenge'),
    },
    { realm, tls: { port: 0, ...(await selfSigned('rostrum')) } },
  );
}

async function register(transport: 'udp' | 'tcp' | 'tls', password: string): Promise<Baresip> {
  const host = `${address}:${transport === 'tls' ? edge.tlsPort : edge.port}`;
  codec = await startBaresip({ user: 'codec1', transport, registrar: { host, password, seconds: 60 }, seconds: 30 });
  return codec;
}

it.each(['udp', 'tcp', 'tls'] as const)(
  'baresip registers over %s, calls, is called, and leaves',
  async (transport) => {
    await openRegistrar();
    const one = await register(transport, 'secret1');
    const userAgent = expect.stringContaining('baresip');
    const bound = [{ account: 'codec1', source: { ip: address, transport }, userAgent }];
    await vi.waitFor(() => expect(edge.registrar.bindingsOf('codec1'), one.log()).toMatchObject(bound));

    const inbound = nextCall(edge);
    const host = `${address}:${transport === 'tls' ? edge.tlsPort : edge.port}`;
    await one.dial(`sip:room1@${host};transport=${transport}`);
    const dialog = await inbound;
    expect(dialog.remote.identity?.account).toBe('codec1');
    const story = answerCall(dialog);
    await one.waitFor('CALL_ESTABLISHED');
    await one.hangUp();
    await vi.waitFor(() => expect(story).toEqual(['answered', 'ended remote']));

    const outbound = edge.place(`sip:codec1@${realm}`, { callerName: 'Rostrum', fromUser: 'room1', offer });
    await new Promise<void>((resolve) => outbound.on('answered', () => resolve()));
    const ended = new Promise<End>((resolve) => outbound.on('ended', resolve));
    await outbound.hangUp();
    expect(await ended).toEqual({ by: 'local' });

    await one.close();
    codec = undefined;
    await vi.waitFor(() => expect(edge.registrar.bindingsOf('codec1')).toEqual([]), { timeout: 3_000 });
  },
);

it('baresip with a wrong password stays out', async () => {
  await openRegistrar();
  const one = await register('udp', 'guess');
  await vi.waitFor(() => expect(one.log()).toContain('401 Unauthorized'));
  expect(edge.registrar.bindingsOf('codec1')).toEqual([]);
});
