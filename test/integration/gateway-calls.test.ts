import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Site } from '../../server/protocol/http.ts';
import { noticeSchema } from '../../server/protocol/media.ts';
import type { Call, Participant } from '../../server/protocol/records.ts';
import { type Baresip, type BaresipOptions, startBaresip } from './baresip.ts';
import { freePort } from './free-port.ts';
import { GatewayProcess } from './gateway-process.ts';
import { until } from './media-fixture.ts';
import type { Peer } from './server-peers.ts';
import { offer, openEdge } from './sip-peers.ts';

/** A call's engine starts within seconds, also on a machine that does other things. */
const SLOW_MS = 30_000;

let gateway: GatewayProcess;
const codecs: Baresip[] = [];
beforeAll(async () => {
  gateway = await GatewayProcess.start({ ROSTRUM_SIP_HOST6: '::1' });
}, 60_000);
afterEach(async () => {
  for (const codec of codecs.splice(0)) await codec.close();
});
afterAll(() => gateway.close());

async function codec(options: BaresipOptions): Promise<Baresip> {
  const started = await startBaresip(options);
  codecs.push(started);
  return started;
}
const room = (roomId: string) => `sip:${roomId}@127.0.0.1:${gateway.sipPort}`;
const callsOf = (desk: Peer): Call[] => Object.values(desk.state.calls);
const present = (desk: Peer, id: string): Participant | undefined => {
  const participant = desk.state.participants[id];
  return participant?.presence === 'present' ? participant : undefined;
};
const registers = (siteId: string) =>
  until(`${siteId} is registered`, async () => {
    const { sites } = (await gateway.operator.send('GET', '/api/sites')).json as { sites: Site[] };
    return sites.some((site) => site.siteId === siteId && site.registered !== undefined);
  });
const arrives = (desk: Peer, id: string) =>
  until(`${id} is there with its endpoint`, () => present(desk, id)?.endpoint !== undefined, SLOW_MS);

/** A tone of 1 kHz in G.711 A-law, a packet every 20 ms (RFC 3551 4.5.14). Answers with what ends it. */
function speakLoudly(from: Socket, port: number): () => void {
  const tone = Buffer.from(Array.from({ length: 160 }, (_, sample) => (sample % 8 < 4 ? 0xaa : 0x2a)));
  let count = 0;
  const timer = setInterval(() => {
    const header = Buffer.from([0x80, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6]);
    header.writeUInt16BE(count & 0xffff, 2);
    header.writeUInt32BE(160 * count, 4);
    count += 1;
    from.send(Buffer.concat([header, tone]), port, '::1');
  }, 20);
  return () => clearInterval(timer);
}

describe('a registered codec', () => {
  test('is called where it is registered, encrypted, and is one participant whoever calls (REG-12)', async () => {
    await gateway.addSite('ba-be', { account: 'babe', password: 'right-12', encryption: 'required' });
    const registrar = { host: `127.0.0.1:${gateway.sipPort}`, password: 'right-12', seconds: 60 };
    const babe = await codec({ user: 'babe', colour: 'red', registrar, encryption: 'srtp-mand' });
    await registers('ba-be');
    const { roomId, desk } = await gateway.open(['ba-be']);
    expect(await desk.command({ verb: 'dialAbsent' })).toMatchObject({ ok: true });
    await arrives(desk, 'site-ba-be');
    expect(callsOf(desk)).toMatchObject([{ siteId: 'ba-be', status: 'answered', attempt: 1 }]);
    expect(present(desk, 'site-ba-be')).toMatchObject({
      kind: 'sip',
      siteId: 'ba-be',
      endpoint: { encrypted: true, video: true, content: 'inside' },
    });
    expect(await desk.command({ verb: 'dialAbsent' })).toMatchObject({ ok: true });
    expect(callsOf(desk)).toHaveLength(1);

    await babe.hangUp();
    await until('it is gone', () => present(desk, 'site-ba-be') === undefined);
    await babe.dial(room(roomId));
    await arrives(desk, 'site-ba-be');
    expect(callsOf(desk).at(-1)).toMatchObject({ direction: 'in', siteId: 'ba-be' });
  }, 90_000);

  test('reaches only the meetings it is invited to, and is on record for the others (REG-12)', async () => {
    await gateway.addSite('cho-don', { account: 'chodon', password: 'right-34' });
    const registrar = { host: `127.0.0.1:${gateway.sipPort}`, password: 'right-34', seconds: 60 };
    const chodon = await codec({ user: 'chodon', registrar });
    await registers('cho-don');
    const { roomId, desk } = await gateway.open();
    await chodon.dial(room(roomId));
    expect((await chodon.waitFor('CALL_CLOSED', SLOW_MS)).param).toContain('403');
    await until('the attempt is on record', () => desk.state.attempts.length === 1);
    expect(desk.state.attempts[0]).toMatchObject({ by: 'site-cho-don', verb: 'call' });
    expect(callsOf(desk)).toEqual([]);
  }, 60_000);
});

test('who is not encrypted does not reach a site that must be', async () => {
  await gateway.addSite('na-ri', { account: 'nari', password: 'right-56', encryption: 'required' });
  const registrar = { host: `127.0.0.1:${gateway.sipPort}`, password: 'right-56', seconds: 60 };
  const nari = await codec({ user: 'nari', registrar });
  await registers('na-ri');
  const { roomId, desk } = await gateway.open(['na-ri']);
  await nari.dial(room(roomId));
  expect((await nari.waitFor('CALL_CLOSED', SLOW_MS)).param).toContain('488');
  await until('the call is over', () => callsOf(desk)[0]?.status === 'ended');
  expect(callsOf(desk)[0]).toMatchObject({ cause: 'encryptionRefused' });
}, 60_000);

describe('a caller whom nobody knows', () => {
  const press = async (caller: Baresip, digits: string) => {
    for (const digit of digits) await caller.command('sndcode', digit);
  };

  test('hears a prompt, enters the PIN with its keys, and is in', async () => {
    const { roomId, desk } = await gateway.open();
    const stranger = await codec({ user: 'stranger', audioCodecs: ['PCMA/8000/1'] });
    await stranger.dial(room(roomId));
    await stranger.waitFor('CALL_ESTABLISHED', SLOW_MS);
    await press(stranger, '000000'.replace(desk.state.pin ?? '', '111111'));
    await press(stranger, desk.state.pin ?? '');
    await until('the stranger is in', () => callsOf(desk).some((c) => c.status === 'answered'), SLOW_MS);
    const [call] = callsOf(desk);
    await arrives(desk, call?.participantId ?? '');
    expect(present(desk, call?.participantId ?? '')).toMatchObject({
      kind: 'sip',
      role: 'site',
      gate: 'closed',
      endpoint: { video: false, content: 'none' },
    });
  }, 90_000);

  test('is told goodbye after three wrong ones', async () => {
    const { roomId, desk } = await gateway.open();
    const stranger = await codec({ user: 'guesser', audioCodecs: ['PCMU/8000/1'] });
    await stranger.dial(room(roomId));
    await stranger.waitFor('CALL_ESTABLISHED', SLOW_MS);
    await press(stranger, '1#2#3#');
    await stranger.waitFor('CALL_CLOSED', 60_000);
    expect(callsOf(desk)).toEqual([]);
  }, 120_000);
});

test('a caller who is hung up before his engine stands is told so', async () => {
  await gateway.addSite('cho-moi', { account: 'chomoi', password: 'right-41' });
  const registrar = { host: `127.0.0.1:${gateway.sipPort}`, password: 'right-41', seconds: 60 };
  const caller = await codec({ user: 'chomoi', registrar });
  await registers('cho-moi');
  const { roomId, desk } = await gateway.open(['cho-moi']);
  await caller.dial(room(roomId));
  await until('it calls', () => callsOf(desk).length > 0, SLOW_MS);
  await desk.command({ verb: 'hangUp', callId: callsOf(desk)[0]?.id });
  await caller.waitFor('CALL_CLOSED', SLOW_MS);
  expect(callsOf(desk)).toMatchObject([{ status: 'ended' }]);
}, 60_000);

test('no more strangers are heard from one address than three at a time, however fast they call', async () => {
  const edge = await openEdge();
  try {
    const { roomId } = await gateway.open();
    const calls = Array.from({ length: 5 }, (_, i) =>
      edge.place(room(roomId), { callerName: 'crowd', fromUser: `crowd${i}`, offer }),
    );
    const ends = await Promise.all(
      calls.map(
        (call) =>
          new Promise<number>((resolve) => {
            call.on('answered', () => resolve(200));
            call.on('failed', ({ status }) => resolve(status));
          }),
      ),
    );
    expect(ends.toSorted((a, b) => a - b)).toEqual([200, 200, 200, 486, 486]);
    await Promise.all(calls.map((call) => call.hangUp()));
  } finally {
    await edge.close();
  }
}, 60_000);

describe('a codec is taken', () => {
  test('over TLS, with the streams encrypted by DTLS', async () => {
    // Another site at each try.
    const site = `tls${Date.now() % 100_000}`;
    await gateway.addSite(site, { account: site, password: 'right-90' });
    const registrar = { host: `127.0.0.1:${gateway.sipTlsPort}`, password: 'right-90', seconds: 60 };
    const caller = await codec({ user: site, colour: 'blue', transport: 'tls', registrar, encryption: 'dtls_srtp' });
    await registers(site);
    const { roomId, desk } = await gateway.open([site]);
    await caller.dial(`sip:${roomId}@127.0.0.1:${gateway.sipTlsPort};transport=tls`);
    await arrives(desk, `site-${site}`);
    expect(present(desk, `site-${site}`)?.endpoint).toMatchObject({ encrypted: true, video: true });
  }, 60_000);

  test('over IPv6, its streams too', async () => {
    const site = `six${Date.now() % 100_000}`;
    const edge = await openEdge({}, { host: '::1', advertised: '::1' });
    const ear = createSocket('udp6').bind(0, '::1');
    await once(ear, 'listening');
    const heard: string[] = [];
    ear.on('message', (_bytes, { address, port }) => heard.push(`${address} ${port}`));
    try {
      await gateway.addSite(site, { address: `sip:${site}@[::1]:${edge.port}` });
      const { roomId, desk } = await gateway.open([site]);
      const levels: Record<string, number> = {};
      desk.socket.on('notice', (raw) => {
        const notice = noticeSchema.parse(raw);
        if (notice.notice === 'levels') Object.assign(levels, notice.levels);
      });
      const line = `m=audio ${ear.address().port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n`;
      const offered = () => `v=0\r\no=- 1 1 IN IP6 ::1\r\ns=-\r\nc=IN IP6 ::1\r\nt=0 0\r\n${line}`;
      const target = `sip:${roomId}@[::1]:${gateway.sipPort}`;
      const call = edge.place(target, { callerName: site, fromUser: site, offer: offered });
      const answer = await new Promise<string>((resolve, reject) => {
        call.on('answered', ({ sdp }) => resolve(sdp));
        call.on('failed', ({ status, reason }) => reject(new Error(`${status} ${reason}`)));
      });
      expect(answer).toContain('c=IN IP6 ::1');
      const port = Number(/m=audio (\d+)/.exec(answer)?.[1]);
      const stop = speakLoudly(ear, port);
      try {
        await until('it is heard', () => (levels[`site-${site}`] ?? -127) > -40, SLOW_MS);
        await until('it hears', () => heard.filter((from) => from === `::1 ${port}`).length > 10, SLOW_MS);
      } finally {
        stop();
      }
    } finally {
      // Another one at the same address would be nobody for certain.
      await gateway.operator.send('DELETE', `/api/sites/${site}`);
      ear.close();
      await edge.close();
    }
  }, 60_000);
});

describe('a site that cannot be reached', () => {
  test('is tried again, at once when the centre says so, and elsewhere when it has another address', async () => {
    const away = `127.0.0.1:${await freePort()}`;
    const telephone = await codec({ user: 'telephone', audioCodecs: ['PCMA/8000/1'], transport: 'tcp' });
    await gateway.addSite('bach-thong', { address: `sip:codec@${away};transport=tcp`, fallback: telephone.uri });
    const { desk } = await gateway.open(['bach-thong']);
    await desk.command({ verb: 'dialSite', siteId: 'bach-thong' });
    await until('it waits', () => callsOf(desk)[0]?.status === 'waiting', SLOW_MS);
    const [waiting] = callsOf(desk);
    expect(waiting).toMatchObject({ attempt: 1, cause: 'unreachable' });
    expect(waiting?.retryAt).toBeGreaterThan(Date.now());
    await desk.command({ verb: 'redial', callId: waiting?.id });
    await until('the second attempt failed', () => callsOf(desk)[0]?.attempt === 2, SLOW_MS);
    await until('it waits again', () => callsOf(desk)[0]?.status === 'waiting', SLOW_MS);
    await desk.command({ verb: 'redial', callId: waiting?.id });
    await arrives(desk, 'site-bach-thong');
    expect(callsOf(desk)[0]).toMatchObject({ status: 'answered', attempt: 3, address: telephone.uri });
  }, 90_000);

  test('is not called any more once the call is hung up', async () => {
    await gateway.addSite('pac-nam', { address: `sip:codec@127.0.0.1:${await freePort()};transport=tcp` });
    const { desk } = await gateway.open(['pac-nam']);
    await desk.command({ verb: 'dialAbsent' });
    await until('it waits', () => callsOf(desk)[0]?.status === 'waiting', SLOW_MS);
    await desk.command({ verb: 'hangUp', callId: callsOf(desk)[0]?.id });
    await until('it is over', () => callsOf(desk)[0]?.status === 'ended');
    expect(callsOf(desk)[0]).toMatchObject({ cause: 'cancelled' });
  }, 60_000);

  test('is not registered: that is what the centre reads', async () => {
    await gateway.addSite('ngan-son', { account: 'nganson', password: 'right-78' });
    const { desk } = await gateway.open(['ngan-son']);
    await desk.command({ verb: 'dialSite', siteId: 'ngan-son' });
    await until('it waits', () => callsOf(desk)[0]?.status === 'waiting', SLOW_MS);
    expect(callsOf(desk)[0]).toMatchObject({ cause: 'notRegistered' });
  }, 60_000);
});
