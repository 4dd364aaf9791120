/** Whoever is behind a network that blocks UDP, or everything but a relay, is in the meeting like anybody else. */
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

/** Of each connection that stands: what kind of address is used here, and which protocol carries it. */
function pathsOf(page: Page): Promise<{ type: string; protocol: string }[]> {
  return page.evaluate(async () => {
    const paths: { type: string; protocol: string }[] = [];
    for (const connection of window.peerConnections) {
      const stats = await connection.getStats();
      for (const pair of stats.values()) {
        if (pair.type !== 'candidate-pair' || !pair.nominated || pair.state !== 'succeeded') continue;
        const { candidateType, protocol } = stats.get(pair.localCandidateId);
        paths.push({ type: candidateType, protocol });
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

test('a browser without UDP comes by TCP, one without either by the relay, and both are seen and hear', async ({
  browser,
  withoutUdp,
}) => {
  const turn = await startTurnServer();
  const system = await System.start({
    ROSTRUM_TURN_URLS: `turn:127.0.0.1:${turn.port}`,
    ROSTRUM_TURN_SECRET: turn.secret,
  });
  try {
    const operator = await newPerson(browser, { colour: 'grey', toneHz: 300 });
    const byTcp = await newPerson(withoutUdp, { colour: 'red', toneHz: 440 });
    const byRelay = await newPerson(browser, { colour: 'blue', toneHz: 950 });
    await onlyByRelay(byRelay.context);
    await signIn(operator.page, system);
    const roomId = await openMeeting(operator.page, 'Đường vòng');
    await enter(byTcp.page, await issueLink(operator.page, system, roomId, { role: 'site', name: 'Ba Bể' }));
    await enter(byRelay.page, await issueLink(operator.page, system, roomId, { role: 'site', name: 'Na Rì' }));

    await expectColour(cardOf(operator.page, 'Ba Bể'), 'red');
    await expectColour(cardOf(operator.page, 'Na Rì'), 'blue');
    const [tcp, relay] = [await pathsOf(byTcp.page), await pathsOf(byRelay.page)];
    expect(tcp.length).toBeGreaterThan(0);
    expect(tcp.every(({ protocol }) => protocol === 'tcp')).toBe(true);
    expect(relay.length).toBeGreaterThan(0);
    expect(relay.every(({ type }) => type === 'relay')).toBe(true);

    await cardOf(operator.page, 'Ba Bể').getByRole('button', { name: 'Mở micro: Ba Bể' }).click();
    await expect.poll(() => toneHeard(byRelay.page, 440)).toBeGreaterThan(-45);
    for (const { context } of [operator, byTcp, byRelay]) await context.close();
  } finally {
    await system.stop();
    await turn.close();
  }
});
