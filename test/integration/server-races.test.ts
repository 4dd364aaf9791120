import { afterAll, beforeAll, expect, test } from 'vitest';
import { pause, until } from './media-fixture.ts';
import { seededRandom } from './random.ts';
import { openMeeting, operatorTicket, Peer, siteTicket } from './server-peers.ts';
import { type HttpClient, ServerProcess, signIn } from './server-process.ts';

let server: ServerProcess;
let operator: HttpClient;
beforeAll(async () => {
  server = await ServerProcess.start();
  operator = await signIn(server);
});
afterAll(() => server.close());

test('however connections overlap and break, who is connected is present and who is not is away', async () => {
  const roomId = await openMeeting(operator);
  const desk = await Peer.connect({ url: server.url, ticket: await operatorTicket(operator, roomId) });
  const random = seededRandom(47);
  const tickets = await Promise.all(['Ba Bể', 'Na Rì', 'Chợ Đồn'].map((name) => siteTicket(operator, roomId, name)));
  for (let round = 0; round < 12; round++) {
    const last: Peer[] = [];
    for (const ticket of tickets) {
      const tries = Array.from({ length: 3 }, () => new Peer({ url: server.url, ticket }));
      for (const peer of tries) peer.socket.io.reconnection(false);
      // Two of three break at any point of their handshake; the third stays, if it is not replaced.
      for (const peer of tries.slice(0, 2)) setTimeout(() => peer.close(), random() * 40);
      last.push(...tries);
    }
    await pause(60 + random() * 60);
    await until('those who are connected are present, the others away', () => {
      const connected = new Set(last.filter(({ socket }) => socket.connected).map(({ id }) => id));
      const sites = Object.values(desk.state.participants).filter(({ role }) => role === 'site');
      return sites.every(({ id, presence }) => (presence === 'present') === connected.has(id));
    });
    for (const peer of last) peer.close();
  }
  await until('nobody is left', () =>
    Object.values(desk.state.participants).every(({ role, presence }) => role !== 'site' || presence === 'away'),
  );
  expect(desk.gaps).toEqual([]);
  desk.close();
});

test('two operators who act at once see one and the same meeting', async () => {
  const roomId = await openMeeting(operator);
  const desks = await Promise.all(
    [1, 2].map(async () => Peer.connect({ url: server.url, ticket: await operatorTicket(operator, roomId) })),
  );
  const site = await Peer.connect({ url: server.url, ticket: await siteTicket(operator, roomId, 'Ba Bể') });
  await Promise.all(
    desks.flatMap((desk, i) =>
      Array.from({ length: 20 }, (_, n) =>
        desk.command({ verb: 'renameParticipant', participantId: site.id, name: `Ba Bể ${i}.${n}` }),
      ),
    ),
  );
  await until('all have heard all', () => [...desks, site].every(({ state }) => state.seq === desks[0]?.state.seq));
  expect(desks[1]?.state).toEqual(desks[0]?.state);
  expect(site.state.participants).toEqual(desks[0]?.state.participants);
  for (const peer of [...desks, site]) {
    expect(peer.gaps).toEqual([]);
    peer.close();
  }
});
