import { rm } from 'node:fs/promises';
import { expect, test } from 'playwright/test';
import { startBaresip } from '../integration/baresip.ts';
import { attend, participantNamed } from './centre.ts';
import { enter, expectColour, issueLink, newPerson, openMeeting, signIn, tileOf } from './people.ts';
import { System } from './system.ts';

/** The aim is 5 s on an idle machine; here other things run beside it. */
const SECOND_START_MS = 20_000;

test('Ctrl-C ends every process; the next start finds the meeting and asks for no new password', async ({
  browser,
}) => {
  test.setTimeout(240_000);
  const first = await System.start();
  let second: System | undefined;
  try {
    const operator = await newPerson(browser, { colour: 'grey', toneHz: 300 });
    await signIn(operator.page, first);
    const roomId = await openMeeting(operator.page, 'Phiên họp kéo dài');
    const link = await issueLink(operator.page, first, roomId, { role: 'site', name: 'Ba Bể' });
    const site = await newPerson(browser, { colour: 'red', toneHz: 440 });
    await enter(site.page, link);

    await test.step('stopped in the middle of a meeting with a call in it, nothing is left', async () => {
      const codec = await startBaresip({ user: 'codec', colour: 'blue', size: '320x240' });
      const centre = await attend(operator.page, first, roomId);
      await codec.dial(`sip:${roomId}@127.0.0.1:${first.sipPort}`);
      await codec.waitFor('CALL_ESTABLISHED', 30_000);
      await expect.poll(() => participantNamed(centre, 'codec')?.sources.length, { timeout: 30_000 }).toBe(2);
      expect((await first.processes()).length).toBeGreaterThan(3);
      expect(await first.stop({ keepData: true }), first.output).toEqual([]);
      // The codec was told, and does not wait for sound that never comes.
      await codec.waitFor('CALL_CLOSED');
      centre.close();
      await codec.close();
    });
    for (const { context } of [operator, site]) await context.close();

    second = await System.start({}, first.data);
    expect(second.startedInMs).toBeLessThan(SECOND_START_MS);
    expect(second.oneTimePassword).toBe('');

    await test.step('the meeting is still there, and so are its links', async () => {
      if (!second) return;
      const again = await newPerson(browser, { colour: 'grey', toneHz: 300 });
      const [viewer, shown] = [
        await newPerson(browser, { colour: 'blue', toneHz: 880 }),
        await newPerson(browser, { colour: 'red', toneHz: 440 }),
      ];
      await signIn(again.page, second);
      await expect(again.page.getByText('Phiên họp kéo dài')).toBeVisible();
      await enter(shown.page, `${second.url}/join${new URL(link).hash}`);
      await enter(viewer.page, await issueLink(again.page, second, roomId, { role: 'site', name: 'Na Rì' }));
      await expectColour(tileOf(viewer.page, 'Ba Bể'), 'red', 40_000);
      for (const { context } of [again, viewer, shown]) await context.close();
    });
    expect(await second.stop(), second.output).toEqual([]);
  } finally {
    await second?.stop();
    await first.stop();
    await rm(first.data, { recursive: true, force: true });
  }
});
