import type { Page } from 'playwright/test';
import type { Booking } from '../../server/protocol/bookings.ts';
import { logOf } from './centre.ts';
import { expect, test } from './fixtures.ts';
import { cardOf, newPerson, signIn } from './people.ts';
import type { System } from './system.ts';

const MINUTE = 60_000;

async function post(page: Page, system: System, path: string, data: object): Promise<unknown> {
  const answer = await page.request.post(`${system.url}/api${path}`, { data, headers: { origin: system.url } });
  expect(answer.ok(), await answer.text()).toBe(true);
  return answer.json();
}

/** Two sites with whom to call there, and a meeting that begins in twenty minutes: its rehearsal is due already. */
async function prepare(page: Page, system: System): Promise<string> {
  const technicians = (name: string, phone: string) => [{ name, phone }];
  const carrier = { kind: 'carrier', name: 'VNPT', contacts: [{ name: 'Trực VNPT', phone: '18001260' }] };
  const { organisationId } = (await post(page, system, '/organisations', carrier)) as { organisationId: string };
  const line = { carrierId: organisationId };
  await post(page, system, '/sites', { name: 'Xã Yên Hân', line, technicians: technicians('Lý A Sử', '0912345001') });
  await post(page, system, '/sites', { name: 'Xã Cao Kỳ', technicians: technicians('Nông Thị Đào', '0912345002') });
  await post(page, system, '/organisations', { kind: 'hostUnit', name: 'Sở Tài chính' });
  const now = Date.now();
  const times = { preparationAt: now, startsAt: now + 20 * MINUTE, endsAt: now + 60 * MINUTE };
  const siteIds = ['xa-yen-han', 'xa-cao-ky'];
  const wanted = { title: 'Họp chống bão', hostUnitId: 'so-tai-chinh', siteIds, deskId: 'main', ...times };
  const { bookings } = (await post(page, system, '/bookings', wanted)) as { bookings: Booking[] };
  return bookings[0]?.bookingId ?? '';
}

test('a site is tried, ticks and signs; the console says what is lacking; an incident is recorded, reported and listed', async ({
  browser,
  system,
}) => {
  test.setTimeout(120_000);
  const operator = await newPerson(browser, { colour: 'grey', toneHz: 300 });
  const site = await newPerson(browser, { colour: 'green', toneHz: 440 });
  const { page } = operator;
  await signIn(page, system);
  const bookingId = await prepare(page, system);
  await post(page, system, `/bookings/${bookingId}/steps`, { step: 'confirm' });
  const { roomId = '' } = (await post(page, system, `/bookings/${bookingId}/steps`, { step: 'rehearse' })) as Booking;
  const { code } = (await post(page, system, '/sites/xa-yen-han/enrolment', {})) as { code: string };
  const own = site.page.getByRole('article', { name: 'Họp chống bão' });

  await test.step('REG-6: the technician tries camera, sound and line on the site’s own page, ticks and signs', async () => {
    await site.page.goto(`${system.url}/site`);
    await site.page.getByLabel('Mã ghép máy').fill(code);
    await site.page.getByLabel('Tên máy').fill('Máy phòng họp');
    await site.page.getByRole('button', { name: 'Ghép máy' }).click();
    await expect(own).toContainText('Đã quá hạn chạy thử');
    await own.getByRole('button', { name: 'Thử máy quay' }).click();
    await expect(own).toContainText(/Hình tốt: \d+×\d+/);
    await own.getByRole('button', { name: 'Thử tất cả' }).click();
    // The microphone of this browser plays a file: nothing of the loudspeaker comes back.
    await expect(own).toContainText(/Micrô không nghe thấy tiếng.*Hình tốt: \d+×\d+/);
    const line = site.page.getByRole('region', { name: 'Kiểm tra đường truyền' });
    await expect(line.getByRole('progressbar')).toBeVisible();
    await line.getByRole('button', { name: 'Dừng' }).click();
    await expect(line.getByRole('progressbar')).toHaveCount(0);
    await own.getByLabel('Nguồn điện').check();
    await own.getByRole('button', { name: 'Ký xác nhận' }).click();
    await expect(own).toContainText('Đánh dấu mọi mục, hoặc ghi rõ');
    await own.getByLabel('Ghi chú').fill('Chưa có máy nổ');
    await expect(own.getByLabel('Cán bộ phụ trách vận hành')).toHaveValue('Lý A Sử');
    await own.getByRole('button', { name: 'Ký xác nhận' }).click();
    await expect(own).toContainText('Ký xác nhận: Lý A Sử');
  });

  await test.step('REG-5: at the desk and at the console it is seen live, and what is late is red', async () => {
    await page.goto(`${system.url}/room/${roomId}`);
    const late = page.getByRole('group').filter({ hasText: 'Đã quá hạn chạy thử' });
    await expect(late).toContainText('2 điểm cầu chưa xong');
    await expect(
      late.getByRole('button', { name: /Xã Yên Hân Còn thiếu: liên lạc, kết nối, âm thanh, đường truyền$/ }),
    ).toBeVisible();
    await site.page.getByRole('link', { name: 'Vào cuộc họp Họp chống bão' }).click();
    await site.page.getByRole('button', { name: 'Vào cuộc họp' }).click();
    await expect(cardOf(page, 'Xã Yên Hân')).toBeVisible();
    // The server hears its microphone behind the closed gate.
    await expect(late.getByRole('button', { name: /Xã Yên Hân Còn thiếu: đường truyền$/ })).toBeVisible();
    await late.getByRole('button', { name: /Xã Cao Kỳ/ }).click();
    await expect(late.getByRole('link', { name: 'Gọi Nông Thị Đào 0912345002' })).toBeVisible();
    const types = (await logOf(page, system, roomId)).map(({ event }) => event.type);
    expect(types).toContain('rehearsalFellDue');
  });

  const incidents = page.getByRole('region', { name: 'Sự cố' });
  await test.step('REG-8: an incident by hand, with whom to call, cause, remedy and who was told', async () => {
    await incidents.getByRole('button', { name: 'Ghi nhận sự cố…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Điểm cầu').selectOption({ label: 'Xã Yên Hân' });
    await dialog.getByLabel('Hiện tượng').fill('Tiếng rè');
    await dialog.getByRole('button', { name: 'Ghi nhận' }).click();
    const row = incidents.getByRole('button', { name: 'Sự cố tại Xã Yên Hân: Âm thanh' });
    await row.click();
    await expect(incidents.getByRole('link', { name: 'Gọi Trực VNPT 18001260' })).toBeVisible();
    await incidents.getByRole('button', { name: 'Đã báo cho chủ trì' }).click();
    await expect(incidents.getByText(/\d\d:\d\d đã báo chủ trì/)).toBeVisible();
    await incidents.getByLabel('Nguyên nhân').fill('Hỏng dây micrô');
    await incidents.getByLabel('Biện pháp khắc phục').fill('Thay dây');
    await incidents.getByRole('button', { name: 'Lưu' }).click();
    await expect(row).toContainText('Hỏng dây micrô');
    await incidents.getByRole('button', { name: 'Đã khắc phục' }).click();
    await expect(incidents.getByText('Đã kết thúc (1)')).toBeVisible();
  });

  await test.step('REG-13, REG-8: at the end the site checks everything and signs, and the incident is listed', async () => {
    await post(page, system, `/bookings/${bookingId}/steps`, { step: 'open' });
    await post(page, system, `/bookings/${bookingId}/steps`, { step: 'close' });
    await site.page.goto(`${system.url}/site`);
    await expect(own.getByRole('checkbox')).toHaveCount(6);
    for (const item of await own.getByRole('checkbox').all()) await item.check();
    await own.getByRole('button', { name: 'Ký xác nhận' }).click();
    await expect(own).toContainText('Ký xác nhận: Lý A Sử');
    await page.goto(`${system.url}/`);
    await page.getByRole('button', { name: 'Sự cố của Họp chống bão' }).click();
    await expect(page.getByRole('dialog')).toContainText('Sự cố tại Xã Yên Hân: Âm thanh');
    const dialog = page.getByRole('dialog');
    await expect(dialog).toContainText('Thay dây');
    // What becomes known later is entered there, and is in the minutes.
    await dialog.getByRole('button', { name: 'Ghi bổ sung' }).click();
    await dialog.getByLabel('Nguyên nhân').fill('Chuột cắn dây micrô');
    await dialog.getByRole('button', { name: 'Lưu' }).click();
    await expect(dialog).toContainText('Nguyên nhân: Chuột cắn dây micrô');
    await dialog.getByLabel('Họ tên người được báo').fill('Trực VNPT');
    await dialog.getByRole('button', { name: 'Ghi người được báo' }).click();
    await expect(dialog).toContainText('đã báo đơn vị cung cấp đường truyền: Trực VNPT');
    await page.goto(`${system.url}/reports/meeting/${roomId}`);
    await expect(page.getByRole('row', { name: /Chuột cắn dây micrô.*Trực VNPT/ })).toBeVisible();
  });
  await Promise.all([operator.context.close(), site.context.close()]);
});
