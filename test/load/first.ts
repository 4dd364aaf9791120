// How long it takes until somebody who joins sees something, and until somebody who is given the floor is heard.
// Prints {"joinToFirstFrameMs":…,"grantToFirstPacketMs":…,"floor":…}: `floor` is what the machine alone needs, measured
// in the same run.

import { chromium } from 'playwright';
import { attend, show } from '../e2e/centre.ts';
import { enter, issueLink, newPerson, openMeeting, signIn } from '../e2e/people.ts';
import { System } from '../e2e/system.ts';
import config from '../playwright.config.ts';
import { percentilesOf } from './_figures.ts';
import { measureGrants } from './_grant.ts';
import { measureJoins } from './_join.ts';

const JOINS = 20;
const GRANTS = 50;
const SHOWN = 'Ba Bể';

const system = await System.start();
const browser = await chromium.launch(config.use?.launchOptions);
try {
  const operator = await newPerson(browser, { colour: 'grey', toneHz: 300 });
  await signIn(operator.page, system);
  const roomId = await openMeeting(operator.page, 'Phép đo');
  const centre = await attend(operator.page, system, roomId);
  const grants = await measureGrants({ system, operator: centre, roomId, rounds: GRANTS });

  const site = await newPerson(browser, { colour: 'red', toneHz: 440 });
  await enter(site.page, await issueLink(operator.page, system, roomId, { role: 'site', name: SHOWN }));
  await show(centre, '1', [SHOWN]);
  // Only what is measured is to use the machine.
  await operator.page.goto('about:blank');
  const joins = await measureJoins({ browser, system, operator: operator.page, roomId, shown: SHOWN, rounds: JOINS });
  centre.close();

  const figures = {
    joinToFirstFrameMs: percentilesOf(joins.join),
    grantToFirstPacketMs: percentilesOf(grants.grant),
    floor: { joinToFirstFrameMs: percentilesOf(joins.floor), grantToFirstPacketMs: percentilesOf(grants.floor) },
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
} finally {
  await browser.close();
  await system.stop();
}
