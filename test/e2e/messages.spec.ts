import { enterWithoutPage } from './centre.ts';
import { expect, test } from './fixtures.ts';
import { cardOf, enter, issueLink, newPerson, openMeeting, signIn } from './people.ts';

test('a site and the centre write to each other; no other site reads it, and it is there again after a reload', async ({
  browser,
  system,
}) => {
  const operator = await newPerson(browser, { colour: 'grey', toneHz: 300 });
  const baBe = await newPerson(browser, { colour: 'red', toneHz: 440 });
  await signIn(operator.page, system);
  const roomId = await openMeeting(operator.page, 'Giao ban');
  const link = (name: string) => issueLink(operator.page, system, roomId, { role: 'site', name });
  await enter(baBe.page, await link('Ba Bể'));
  // Another site, by its socket alone: what it is sent is what it can know.
  const naRi = await enterWithoutPage(operator.page, system, await link('Na Rì'));
  const talkOf = ({ page }: typeof operator) => page.getByRole('dialog', { name: 'Tin nhắn' });

  await test.step('the site asks by the keyboard, the centre is told and counts it', async () => {
    await baBe.page.keyboard.press('j');
    await baBe.page.keyboard.type('Không nghe thấy chủ trì');
    await baBe.page.keyboard.press('Enter');
    await expect(talkOf(baBe).getByRole('log')).toContainText('Không nghe thấy chủ trì');
    await expect(operator.page.getByText('Ba Bể: Không nghe thấy chủ trì')).toBeVisible();
    await expect(operator.page.getByRole('button', { name: 'Tin nhắn, 1 chưa đọc' })).toBeVisible();
    await expect(cardOf(operator.page, 'Ba Bể').getByLabel('1 tin chưa đọc')).toBeVisible();
  });

  await test.step('the operator answers it, and everyone', async () => {
    const { page } = operator;
    await page.getByRole('button', { name: 'Đọc', exact: true }).click();
    await talkOf(operator).getByLabel('Nhắn cho Ba Bể').fill('Đã bật lại, nghe thử');
    await page.keyboard.press('Enter');
    await expect(talkOf(baBe).getByRole('log')).toContainText('Đã bật lại, nghe thử');
    await expect(page.getByRole('button', { name: 'Tin nhắn', exact: true })).toBeVisible();
    await page.keyboard.press('Escape');
    await talkOf(operator)
      .getByRole('button', { name: /^Mọi điểm cầu/ })
      .click();
    await talkOf(operator).getByLabel('Nhắn cho Mọi điểm cầu').fill('Giải lao đến 10 giờ');
    await page.keyboard.press('Enter');
    await expect(talkOf(baBe).getByText('Giải lao đến 10 giờ')).toBeVisible();
    await expect.poll(() => naRi.state.chat.messages.map(({ text }) => text)).toEqual(['Giải lao đến 10 giờ']);
  });

  await test.step('the sites write to everyone only while the operator lets them', async () => {
    const refused = await naRi.command({ verb: 'writeToEveryone', text: 'Chào' });
    expect(refused).toMatchObject({ ok: false, refusal: { code: 'chatClosed' } });
    await talkOf(operator).getByLabel('Cho các điểm cầu nhắn cho nhau').check();
    await talkOf(baBe).getByRole('radio', { name: 'Mọi điểm cầu' }).check({ force: true });
    await talkOf(baBe).getByLabel('Viết tin nhắn').fill('Chào các điểm cầu');
    await baBe.page.keyboard.press('Enter');
    await expect.poll(() => naRi.state.chat.messages.at(-1)).toMatchObject({ name: 'Ba Bể', to: 'everyone' });
  });

  await test.step('after a reload it is all there, and read', async () => {
    await baBe.page.reload();
    await expect(baBe.page.locator('.stage')).toBeVisible();
    await expect(baBe.page.getByRole('button', { name: 'Tin nhắn', exact: true })).toBeVisible();
    await baBe.page.getByRole('button', { name: 'Tin nhắn', exact: true }).click();
    await expect(talkOf(baBe).getByRole('log').locator('.text')).toHaveText([
      'Không nghe thấy chủ trì',
      'Đã bật lại, nghe thử',
      'Giải lao đến 10 giờ',
      'Chào các điểm cầu',
    ]);
  });

  naRi.close();
  for (const person of [operator, baBe]) await person.context.close();
});
