import type { Page } from 'playwright/test';
import { logOf } from './centre.ts';
import { expect, test } from './fixtures.ts';
import { cardOf, enter, expectColour, issueLink, newPerson, openMeeting, signIn } from './people.ts';
import type { System } from './system.ts';

interface Found {
  stepMs: number;
  samples: { at: number; stream: string; kbps?: number; level?: string; frames?: number; roundTripMs?: number }[];
}

async function samplesOf(page: Page, system: System, participantId: string): Promise<Found> {
  const answer = await page.request.get(`${system.url}/api/lines/${participantId}/samples`);
  return (await answer.json()) as Found;
}

test('REG-17, REG-8: what every line does is measured and kept; one that fails is shown, and on record', async ({
  browser,
  system,
}) => {
  const operator = await newPerson(browser, { colour: 'grey', toneHz: 300 });
  const [baBe, naRi] = [
    await newPerson(browser, { colour: 'red', toneHz: 440 }),
    await newPerson(browser, { colour: 'blue', toneHz: 950 }),
  ];
  await signIn(operator.page, system);
  const roomId = await openMeeting(operator.page, 'Theo dõi đường truyền');
  const link = await issueLink(operator.page, system, roomId, { role: 'site', name: 'Ba Bể' });
  await enter(baBe.page, link);
  await enter(naRi.page, await issueLink(operator.page, system, roomId, { role: 'site', name: 'Na Rì' }));
  await expectColour(cardOf(operator.page, 'Ba Bể'), 'red');
  const key = await cardOf(operator.page, 'Ba Bể').getAttribute('data-card');
  const participantId = key?.split('/')[0] ?? '';
  const badge = cardOf(operator.page, 'Ba Bể').locator('[data-line]');

  await test.step('by the server and by the browser, in both directions', async () => {
    const isKnown = async (pattern: RegExp, figure: 'kbps' | 'frames' | 'level') => {
      const { samples } = await samplesOf(operator.page, system, participantId);
      return samples.some((sample) => pattern.test(sample.stream) && Boolean(sample[figure]));
    };
    await expect.poll(() => isKnown(/^up server .*camera$/, 'kbps')).toBe(true);
    await expect.poll(() => isKnown(/^up server$/, 'kbps')).toBe(true);
    await expect.poll(() => isKnown(/^down server$/, 'kbps')).toBe(true);
    await expect.poll(() => isKnown(/^down client .*camera$/, 'frames')).toBe(true);
    await expect.poll(() => isKnown(/^line up$/, 'level')).toBe(true);
    const csv = await operator.page.request.get(`${system.url}/api/lines/${participantId}/samples.csv`);
    expect((await csv.text()).split('\r\n')[0]).toContain('at,roomId,stream,level,spanMs,kbps');
    const metrics = await operator.page.request.get(`${system.url}/metrics`);
    expect(await metrics.text()).toContain(`rostrum_line_level{room="${roomId}",participant="${participantId}"}`);
    const stranger = await baBe.page.request.get(`${system.url}/api/lines/${participantId}/samples`);
    expect(stranger.status()).toBe(401);
  });

  await test.step('a site whose computer dies is down on the wall, with the reason in words', async () => {
    await baBe.context.close();
    await expect(badge).toHaveAttribute('data-line', 'down');
    await expect(badge).toHaveAccessibleName(/^Mất đường truyền: mất kết nối, chiều về trung tâm, đã 0:/);
    const typesOf = async () => (await logOf(operator.page, system, roomId)).map(({ event }) => event.type);
    await expect.poll(typesOf).toContain('incidentOpened');
  });

  await test.step('and good again when it is back; the incident ends with its length', async () => {
    const again = await newPerson(browser, { colour: 'red', toneHz: 440 });
    await enter(again.page, link);
    await expect(badge).toHaveCount(0);
    const ended = async () => {
      const log = await logOf(operator.page, system, roomId);
      const incidents = log.flatMap(({ event }) => (event.type === 'incidentEnded' ? [event.incident] : []));
      return incidents.find(({ participantIds }) => participantIds.includes(participantId));
    };
    await expect.poll(ended, { timeout: 25_000 }).toBeDefined();
    const incident = await ended();
    expect(incident?.participantIds).toEqual([participantId]);
    expect(incident?.reason).toMatchObject({ measure: 'connection', direction: 'up' });
    expect(incident?.endedAt).toBeGreaterThan(incident?.openedAt ?? Number.POSITIVE_INFINITY);
    await again.context.close();
  });
  await Promise.all([operator.context.close(), naRi.context.close()]);
});
