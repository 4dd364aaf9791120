import { Secret, TOTP } from 'otpauth';
import { expect, test } from './fixtures.ts';
import { choosePassword, newPerson, openMeeting, PASSWORD, signIn, signInAs, tileOf } from './people.ts';

test('accounts are administered, protected by a telephone, and what was done is on record', async ({
  browser,
  system,
}) => {
  test.setTimeout(180_000);
  const administrator = await newPerson(browser, { colour: 'grey', toneHz: 300 });
  const { page } = administrator;
  await signIn(page, system);

  const password = await test.step('an auditor gets an account, by keyboard', async () => {
    await page.getByRole('link', { name: 'Tài khoản', exact: true }).click();
    await page.getByRole('button', { name: 'Thêm tài khoản' }).press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Lưu' }).click();
    await expect(dialog.getByLabel('Tên đăng nhập')).toBeFocused();
    await expect(dialog.getByText('Chọn ít nhất một vai trò.')).toBeVisible();
    await page.keyboard.type('kiem-tra');
    await dialog.getByLabel('Họ tên').fill('Trần Văn Kiểm');
    await dialog.getByLabel('Kiểm tra', { exact: true }).press('Space');
    await dialog.getByLabel('Họ tên').press('Enter');
    const once = page.getByRole('dialog', { name: 'Mật khẩu dùng một lần' });
    const shown = (await once.locator('code').textContent()) ?? '';
    await once.getByRole('button', { name: 'Đã ghi lại' }).click();
    await expect(page.getByRole('row', { name: /Trần Văn Kiểm/ })).toContainText('Chưa đổi mật khẩu dùng một lần');
    return shown;
  });

  const auditor = await newPerson(browser, { colour: 'grey', toneHz: 300 });
  const secret = await test.step('the auditor sees what auditors see, and switches codes on', async () => {
    await signInAs(auditor.page, system, 'kiem-tra', password);
    await choosePassword(auditor.page);
    await expect(auditor.page.getByRole('heading', { name: 'Cuộc họp', exact: true })).toBeVisible();
    await expect(auditor.page.getByLabel('Tên cuộc họp')).toBeHidden();
    await expect(auditor.page.getByRole('link', { name: 'Tài khoản', exact: true })).toBeHidden();
    await auditor.page.getByRole('link', { name: 'Tài khoản của tôi' }).click();
    await auditor.page.getByRole('button', { name: 'Bật' }).click();
    await auditor.page.getByLabel('Mật khẩu hiện tại').first().fill(PASSWORD);
    await auditor.page.keyboard.press('Enter');
    await expect(auditor.page.getByRole('img', { name: 'Hình QR' })).toBeVisible();
    const shown = ((await auditor.page.locator('.secret code').textContent()) ?? '').replaceAll(' ', '');
    const code = new TOTP({ secret: Secret.fromBase32(shown) }).generate();
    await auditor.page.getByLabel('Mã 6 chữ số').fill(code);
    await auditor.page.keyboard.press('Enter');
    await expect(auditor.page.locator('li code')).toHaveCount(10);
    return shown;
  });

  await test.step('the next sign-in asks for the code', async () => {
    await auditor.page.getByRole('button', { name: 'Đã cất giữ' }).click();
    await auditor.page.getByRole('button', { name: 'Đăng xuất' }).click();
    await signInAs(auditor.page, system, 'kiem-tra', PASSWORD);
    const field = auditor.page.getByLabel('Mã trên điện thoại hoặc mã khôi phục');
    await expect(field).toBeFocused();
    // The next step's: the one before was used a moment ago.
    await field.fill(new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + 30_000 }));
    await auditor.page.keyboard.press('Enter');
    await auditor.page.getByRole('link', { name: 'Nhật ký' }).click();
    await expect(auditor.page.getByRole('row', { name: /Thêm tài khoản.*kiem-tra/ })).toBeVisible();
    await auditor.page.getByLabel('Việc').selectOption({ label: 'Bật mã qua điện thoại' });
    await auditor.page.getByRole('button', { name: 'Lọc' }).click();
    await expect(auditor.page.getByRole('row')).toHaveCount(2);
  });
  for (const person of [administrator, auditor]) await person.context.close();
});

test('REG-14: a computer at a site is enrolled by a code, and from then on enters by one click', async ({
  browser,
  system,
}) => {
  test.setTimeout(180_000);
  const operator = await newPerson(browser, { colour: 'grey', toneHz: 300 });
  const { page } = operator;
  await signIn(page, system);
  const added = await page.request.post(`${system.url}/api/sites`, {
    data: { name: 'Ngân Sơn' },
    headers: { origin: system.url },
  });
  expect(added.ok()).toBe(true);
  await page.getByRole('link', { name: 'Máy đã ghép' }).click();
  await page.getByLabel('Điểm cầu').selectOption({ label: 'Ngân Sơn' });
  await page.getByRole('button', { name: 'Cấp mã ghép máy' }).click();
  const code = (await page.locator('.code code').textContent()) ?? '';

  const site = await newPerson(browser, { colour: 'green', toneHz: 440 });
  await site.page.goto(`${system.url}/site`);
  await site.page.getByLabel('Mã ghép máy').fill(code.toLowerCase());
  await site.page.getByLabel('Tên máy').fill('Máy phòng họp lớn');
  await site.page.keyboard.press('Enter');
  await expect(site.page.getByRole('heading', { name: 'Ngân Sơn' })).toBeVisible();
  await expect(page.getByRole('row', { name: /Ngân Sơn.*Máy phòng họp lớn/ })).toBeVisible();

  await page.getByRole('link', { name: 'Cuộc họp', exact: true }).click();
  const roomId = await openMeeting(page, 'Giao ban có máy đã ghép');
  const invited = await page.request.put(`${system.url}/api/rooms/${roomId}/sites`, {
    data: { siteIds: ['ngan-son'] },
    headers: { origin: system.url },
  });
  expect(invited.ok()).toBe(true);
  await site.page.getByRole('link', { name: 'Vào cuộc họp Giao ban có máy đã ghép' }).click();
  await site.page.getByRole('button', { name: 'Vào cuộc họp' }).click();
  await expect(site.page.locator('.stage')).toBeVisible();
  await expect(tileOf(site.page, 'Ngân Sơn').or(site.page.getByText('Ngân Sơn')).first()).toBeVisible();
  await expect(page.getByText('Ngân Sơn').first()).toBeVisible();
  // Other tests invite everyone who is in the directory.
  const removed = await page.request.delete(`${system.url}/api/sites/ngan-son`, { headers: { origin: system.url } });
  expect(removed.ok()).toBe(true);
  for (const person of [operator, site]) await person.context.close();
});
