/** Whoever is behind a network that blocks UDP, or everything but a relay, is in the meeting like anybody else. */
import { networkInterfaces } from 'node:os';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright/test';
import { toneHeard } from './devices.ts';
import { test as base, expect } from './fixtures.ts';
import { cardOf, enter, expectColour, issueLink, newPerson, openMeeting, signIn } from './people.ts';
import { System } from './system.ts';
import { startTurnServer } from './turn-server.ts';

const test = base.extend<object, { withoutUdp: Browser }>({
  withoutUdp: [
    async ({ launchOptions }, use) => {
      const args = [...(launchOptions.args ?? []), '--webrtc-ip-handling-policy=disable_non_proxied_udp'];
      const browser = await chromium.launch({ ...launchOptions, args });
      await use(browser);
      await browser.close();
    },
    { scope: 'worker' },
  ],
});

interface Path {
  /** Kind of address here. */
  type: string;
  protocol: string;
  /** Of the centre. */
  address: string;
}

/** What each connection that stands goes by. */
function pathsOf(page: Page): Promise<Path[]> {
  return page.evaluate(async () => {
    const paths: Path[] = [];
    for (const connection of window.peerConnections) {
      const stats = await connection.getStats();
      for (const pair of stats.values()) {
        if (pair.type !== 'candidate-pair' || !pair.nominated || pair.state !== 'succeeded') continue;
        const { candidateType, protocol } = stats.get(pair.localCandidateId);
        paths.push({ type: candidateType, protocol, address: stats.get(pair.remoteCandidateId).address });
      }
    }
    return paths;
  });
}

/** As a network would that lets nothing but the TURN server through. */
async function onlyByRelay(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const Original = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Original {
      constructor(configuration?: RTCConfiguration) {
        super({ ...configuration, iceTransportPolicy: 'relay' });
      }
    };
  });
}

/** As a network would that has one family of addresses alone. */
async function onlyBy(context: BrowserContext, family: 'IPv4' | 'IPv6'): Promise<void> {
  await context.addInitScript((isSix) => {
    const isMet = (address: string) => address.includes(':') === isSix;
    const Original = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Original {
      constructor(configuration: RTCConfiguration = {}) {
        const iceServers = configuration.iceServers?.map((server) => {
          return { ...server, urls: [server.urls].flat().filter((url) => url.includes('[') === isSix) };
        });
        super({ ...configuration, ...(iceServers && { iceServers }) });
      }
      override setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
        const lines = (description.sdp ?? '').split('\r\n');
        // The address is the fifth word (RFC 8839 5.1).
        const met = lines.filter((line) => !line.startsWith('a=candidate:') || isMet(line.split(' ')[4] ?? ''));
        return super.setRemoteDescription({ ...description, sdp: met.join('\r\n') });
      }
    };
  }, family === 'IPv6');
}

/** A browser has addresses of a family only where the machine has one that is not its own loopback. */
const FAMILY = Object.values(networkInterfaces())
  .flatMap((found) => found ?? [])
  .some(({ family, internal, scopeid }) => family === 'IPv6' && !internal && scopeid === 0)
  ? 'IPv6'
  : 'IPv4';
const LOOPBACK = { IPv4: '127.0.0.1', IPv6: '::1' }[FAMILY];

test('a browser without UDP comes by TCP, one without either by the relay, by IPv4 and IPv6 where there is any, and all are seen and hear', async ({
  browser,
  withoutUdp,
}) => {
  test.setTimeout(180_000);
  const turns = await Promise.all([startTurnServer('IPv4'), startTurnServer('IPv6')]);
  const [{ port, secret }, six] = turns;
  const system = await System.start({
    ROSTRUM_HOST: '::',
    ROSTRUM_ANNOUNCED_ADDRESS: '127.0.0.1,::1',
    ROSTRUM_TURN_URLS: `turn:127.0.0.1:${port},turn:[::1]:${six.port}`,
    ROSTRUM_TURN_SECRET: secret,
  });
  try {
    const operator = await newPerson(browser, { colour: 'grey', toneHz: 300 });
    const byTcp = await newPerson(withoutUdp, { colour: 'red', toneHz: 440 });
    const byRelay = await newPerson(browser, { colour: 'blue', toneHz: 950 });
    const byOther = await newPerson(browser, { colour: 'green', toneHz: 1500 });
    await onlyBy(operator.context, FAMILY);
    for (const { context } of [byRelay, byOther]) await onlyByRelay(context);
    await onlyBy(byRelay.context, 'IPv4');
    await onlyBy(byOther.context, FAMILY);
    await signIn(operator.page, system);
    const roomId = await openMeeting(operator.page, 'Đường vòng');
    const join = async (page: Page, name: string) => {
      await enter(page, await issueLink(operator.page, system, roomId, { role: 'site', name }));
    };
    await join(byTcp.page, 'Ba Bể');
    await join(byRelay.page, 'Na Rì');
    await join(byOther.page, 'Chợ Mới');

    await expectColour(cardOf(operator.page, 'Ba Bể'), 'red');
    await expectColour(cardOf(operator.page, 'Na Rì'), 'blue');
    await expectColour(cardOf(operator.page, 'Chợ Mới'), 'green');
    const kinds = async (page: Page, kind: (path: Path) => string) => [...new Set((await pathsOf(page)).map(kind))];
    expect(await kinds(operator.page, ({ address, protocol }) => `${address} ${protocol}`)).toEqual([
      `${LOOPBACK} udp`,
    ]);
    expect(await kinds(byTcp.page, ({ protocol }) => protocol)).toEqual(['tcp']);
    expect(await kinds(byRelay.page, ({ address, type }) => `${address} ${type}`)).toEqual(['127.0.0.1 relay']);
    expect(await kinds(byOther.page, ({ address, type }) => `${address} ${type}`)).toEqual([`${LOOPBACK} relay`]);

    await cardOf(operator.page, 'Ba Bể').getByRole('button', { name: 'Mở micro: Ba Bể' }).click();
    for (const { page } of [byRelay, byOther]) await expect.poll(() => toneHeard(page, 440)).toBeGreaterThan(-45);
    for (const { context } of [operator, byTcp, byRelay, byOther]) await context.close();
  } finally {
    await system.stop();
    for (const turn of turns) await turn.close();
  }
});
