import { colourShown, toneHeard } from './devices.ts';
import { expect, test } from './fixtures.ts';
import { cardOf, enter, expectColour, issueLink, newPerson, openMeeting, signIn, tileOf } from './people.ts';

const HEARD = -45;
const SILENT = -75;
/** What a coder makes of one tone lies this low at the place of another. */
const NOT_THIS_TONE = -60;

test('a meeting from end to end: seen, asked, forwarded, granted, heard, revoked', async ({ browser, system }) => {
  const operator = await newPerson(browser, { colour: 'grey', toneHz: 300 });
  const [baBe, naRi, chair] = [
    await newPerson(browser, { colour: 'red', toneHz: 440 }),
    await newPerson(browser, { colour: 'blue', toneHz: 950 }),
    await newPerson(browser, { colour: 'yellow', toneHz: 1320 }),
  ];
  await signIn(operator.page, system);
  const roomId = await openMeeting(operator.page, 'Giao ban tháng 1');
  await enter(baBe.page, await issueLink(operator.page, system, roomId, { role: 'site', name: 'Ba Bể' }));
  await enter(naRi.page, await issueLink(operator.page, system, roomId, { role: 'site', name: 'Na Rì' }));
  await enter(chair.page, await issueLink(operator.page, system, roomId, { role: 'chair', name: 'Chủ trì tỉnh' }));

  await test.step('every party sees the colour that each other party sends', async () => {
    await expectColour(cardOf(operator.page, 'Ba Bể'), 'red');
    await expectColour(cardOf(operator.page, 'Na Rì'), 'blue');
    await expectColour(tileOf(naRi.page, 'Ba Bể'), 'red');
    await expectColour(tileOf(naRi.page, 'Chủ trì tỉnh'), 'yellow');
    await expectColour(tileOf(baBe.page, 'Na Rì'), 'blue');
    await expectColour(tileOf(chair.page, 'Ba Bể'), 'red');
  });

  await test.step('REG-10: nobody hears a closed microphone', async () => {
    expect(await toneHeard(naRi.page, 440)).toBeLessThan(SILENT);
    expect(await toneHeard(chair.page, 440)).toBeLessThan(SILENT);
  });

  await test.step('REG-9: requested, forwarded, granted, heard by everyone but the speaker', async () => {
    await baBe.page.getByRole('button', { name: 'Đăng ký phát biểu' }).click();
    await expect(baBe.page.locator('[data-standing=requested]')).toBeVisible();
    await expect(chair.page.getByText('Không có đăng ký nào đang chờ chủ trì.')).toBeVisible();
    await operator.page.getByRole('button', { name: /Chuyển chủ trì/ }).click();
    await chair.page.getByRole('button', { name: 'Mời phát biểu' }).click();
    await expect(baBe.page.locator('[data-standing=live]')).toBeVisible();
    await expect.poll(() => toneHeard(naRi.page, 440)).toBeGreaterThan(HEARD);
    await expect.poll(() => toneHeard(chair.page, 440)).toBeGreaterThan(HEARD);
    await expect.poll(() => toneHeard(operator.page, 440)).toBeGreaterThan(HEARD);
    expect(await toneHeard(baBe.page, 440)).toBeLessThan(SILENT);
    expect(await toneHeard(naRi.page, 950)).toBeLessThan(NOT_THIS_TONE);
  });

  await test.step('revoked, it is silent again, and the log tells the story', async () => {
    await chair.page.getByRole('button', { name: 'Kết thúc phát biểu' }).click();
    await expect(baBe.page.locator('[data-standing=closed]')).toBeVisible();
    await expect.poll(() => toneHeard(naRi.page, 440)).toBeLessThan(SILENT);
    const answer = await operator.page.request.get(`${system.url}/api/rooms/${roomId}/log`);
    const { events } = (await answer.json()) as { events: { event: { type: string } }[] };
    const story = [
      'floorRequested',
      'requestForwarded',
      'floorGranted',
      'microphoneOpened',
      'microphoneClosed',
      'floorFinished',
    ];
    const told = events.map((logged) => logged.event.type).filter((type) => story.includes(type));
    expect(told).toEqual(story);
  });

  await test.step('REG-7: what is taken is what everyone sees', async () => {
    const { page } = operator;
    await page.getByRole('radio', { name: 'Một điểm cầu' }).check({ force: true });
    await page.keyboard.press('1');
    await cardOf(page, 'Na Rì').click({ position: { x: 20, y: 20 } });
    await page.getByRole('button', { name: /^Phát/ }).first().click();
    await expect(baBe.page.locator('.stage .tile')).toHaveCount(1);
    await expectColour(tileOf(baBe.page, 'Na Rì'), 'blue');
    expect(await colourShown(tileOf(chair.page, 'Ba Bể'))).toBe(null);
  });

  for (const person of [operator, baBe, naRi, chair]) await person.context.close();
});
