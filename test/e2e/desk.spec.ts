import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright/test';
import { expect, test } from './fixtures.ts';
import { enterFirst, newPerson, signIn } from './people.ts';

const SHEET = [
  'Tên điểm cầu;Đơn vị cung cấp đường truyền;Cán bộ 1;Điện thoại cán bộ 1;E-mail cán bộ 1;Tải xuống (kbit/s)',
  'Xã Đồng Hỷ;VNPT Thái Nguyên;Nông Thị Đào;0912 345 678;dao@donghy.gov.vn;10000',
  'Xã Ba Bể;VNPT Thái Nguyên;Lý A Sử;0912 345 679;;8000',
];

async function chooseFile(page: Page, lines: readonly string[]): Promise<void> {
  const buffer = Buffer.from(lines.join('\r\n'), 'utf8');
  await page.getByLabel('Tệp', { exact: true }).setInputFiles({ name: 'diem-cau.csv', mimeType: 'text/csv', buffer });
}

async function bookFor(page: Page, title: string): Promise<void> {
  await page.getByRole('button', { name: 'Đăng ký cuộc họp' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Tên cuộc họp').fill(title);
  await dialog.getByRole('button', { name: 'Chọn tất cả' }).click();
}

test('a province is imported, a meeting is booked, clashes are named, and it is opened with its sites', async ({
  browser,
  system,
}) => {
  test.setTimeout(150_000);
  const operator = await newPerson(browser, { colour: 'grey', toneHz: 300 });
  const { page } = operator;
  await signIn(page, system);

  await test.step('REG-15 a sheet is tried first: each faulty cell is named, and nothing is saved', async () => {
    await page.getByRole('link', { name: 'Điểm cầu' }).click();
    await page.getByRole('button', { name: 'Nhập từ tệp…' }).click();
    await chooseFile(page, [...SHEET, 'Xã Na Rì;;Hoàng Văn Ất;gọi sau;;nhiều']);
    await expect(page.getByRole('row', { name: /4 Điện thoại cán bộ 1 gọi sau/ })).toContainText('Viết như');
    await expect(page.getByRole('row', { name: /4 Tải xuống/ })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Lưu vào danh bạ' })).toBeDisabled();
    await chooseFile(page, SHEET);
    await expect(page.getByText('Thêm mới: 2')).toBeVisible();
    await expect(page.getByText('Đơn vị cung cấp đường truyền mới: VNPT Thái Nguyên')).toBeVisible();
    await page.getByRole('button', { name: 'Lưu vào danh bạ' }).click();
    await expect(page.getByRole('row', { name: /Xã Đồng Hỷ/ })).toBeVisible();
    await page.getByRole('button', { name: 'Sửa Xã Ba Bể' }).click();
    await expect(page.getByLabel('Họ tên')).toHaveValue('Lý A Sử');
    await page.getByRole('button', { name: 'Lịch sử thay đổi' }).click();
    await expect(page.getByText(/operator: thêm mới/)).toBeVisible();
    await page.keyboard.press('Escape');
  });

  await test.step('a host unit', async () => {
    await page.getByRole('link', { name: 'Đơn vị' }).click();
    await page.getByRole('button', { name: 'Thêm đơn vị' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Tên đơn vị').fill('Sở Y tế');
    await dialog.getByLabel('Loại').selectOption('hostUnit');
    await dialog.getByRole('button', { name: 'Lưu' }).click();
    await expect(page.getByRole('region', { name: 'Đơn vị chủ trì cuộc họp' })).toContainText('Sở Y tế');
  });

  const calendar = await startProgram();
  await test.step('a program’s token works until it is revoked; another program is called', async () => {
    await page.getByRole('link', { name: 'Kết nối' }).click();
    await page.getByRole('button', { name: 'Cấp khóa truy cập' }).click();
    await page.getByRole('dialog').getByLabel('Tên phần mềm').fill('Lịch công tác');
    await page.keyboard.press('Enter');
    const once = page.getByRole('dialog', { name: 'Khóa truy cập của Lịch công tác' });
    const token = await once.locator('code').innerText();
    await once.getByRole('button', { name: 'Đã chép xong' }).click();
    const asProgram = { headers: { authorization: `Bearer ${token}` } };
    const choices = `${system.url}/api/v1/booking-choices`;
    expect((await page.request.get(choices, asProgram)).status()).toBe(200);
    await page.getByRole('button', { name: /^Thu hồi.*Lịch công tác$/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Thu hồi' }).click();
    await expect(page.getByRole('row', { name: /Lịch công tác/ })).toContainText('Đã thu hồi');
    expect((await page.request.get(choices, asProgram)).status()).toBe(401);

    await page.getByRole('button', { name: 'Thêm địa chỉ' }).click();
    await page.getByRole('dialog').getByLabel('Mã').fill('lich-tinh');
    await page.getByRole('dialog').getByLabel('Địa chỉ').fill(calendar.url);
    await page.getByRole('dialog').getByRole('button', { name: 'Lưu' }).click();
    await page.getByRole('button', { name: 'Gọi thử lich-tinh' }).click();
    await expect(page.getByText('lich-tinh đã trả lời.')).toBeVisible();
  });

  await test.step('REG-1 REG-2 booked with its deadlines; the second at that time is told which clash', async () => {
    await page.getByRole('link', { name: 'Lịch họp' }).click();
    await bookFor(page, 'Giao ban tuần');
    await expect(page.getByText('Không trùng lịch.')).toBeVisible();
    await expect(page.getByRole('dialog').getByText(/Thông báo trước: đúng hạn/)).toBeVisible();
    await page.getByRole('button', { name: 'Lưu', exact: true }).click();
    await expect(page.getByRole('listitem').filter({ hasText: 'Giao ban tuần' })).toContainText('Đã đăng ký');

    await bookFor(page, 'Họp chuyên đề');
    await expect(page.getByText('Trùng lịch (3)')).toBeVisible();
    await expect(page.getByText(/Xã Ba Bể: Giao ban tuần/)).toBeVisible();
    await page.getByRole('button', { name: 'Lưu', exact: true }).click();
    await expect(page.getByText(/Trùng lịch: có điểm cầu/)).toBeVisible();
    await page.keyboard.press('Escape');
  });

  await test.step('REG-4 everyone is told, or is to be called', async () => {
    const row = page.getByRole('listitem').filter({ hasText: 'Giao ban tuần' });
    await row.getByRole('button', { name: 'Xác nhận' }).click();
    await row.getByRole('button', { name: 'Thông báo cho mọi người' }).click();
    await expect(row).toContainText('Đã thông báo');
    await row.getByRole('button', { name: 'Thông báo của Giao ban tuần' }).click();
    await expect(page.getByText('Cần gọi điện hoặc gửi fax')).toBeVisible();
    await expect(page.getByRole('link', { name: '0912 345 679' })).toBeVisible();
    await expect(page.getByText(/chưa cài đặt máy chủ thư/).first()).toBeVisible();
    await page.getByRole('button', { name: 'Đã báo cho Lý A Sử' }).click();
    await expect(page.getByText(/đã báo \d/)).toBeVisible();
    await page.keyboard.press('Escape');
  });

  await test.step('opened, it is the live meeting with its sites; ended there, it is closed here', async () => {
    const row = page.getByRole('listitem').filter({ hasText: 'Giao ban tuần' });
    await row.getByRole('button', { name: 'Mở cuộc họp' }).click();
    await page.waitForURL(/\/room\/\d+$/);
    await expect(page.getByText('Vắng 2/2 điểm cầu')).toBeVisible();
    // REG-15: whom to telephone at a site that is not there.
    await page.getByRole('button', { name: 'Xã Ba Bể', exact: true }).click();
    await expect(page.getByRole('link', { name: 'Gọi Lý A Sử 0912 345 679' })).toBeVisible();
    await page.goto(`${system.url}/schedule`);
    await page.getByRole('button', { name: 'Tháng sau' }).or(row).first().waitFor();
    if (!(await row.isVisible())) await page.getByRole('button', { name: 'Tháng sau' }).click();
    await expect(row).toContainText('Đang họp');
    await row.getByRole('button', { name: 'Kết thúc cuộc họp' }).click();
    await expect(row).toContainText('Đã kết thúc');
  });

  await test.step('REG-16 from the minutes of the ended meeting a number leads to its events', async () => {
    await page.getByRole('link', { name: 'Báo cáo' }).click();
    await page.getByRole('link', { name: 'Giao ban tuần' }).click();
    await expect(page.getByRole('heading', { name: 'Giao ban tuần' })).toBeVisible();
    await page.getByRole('button', { name: 'Xem nguồn của Điểm cầu vắng: 2' }).click();
    await expect(page.getByRole('dialog')).toContainText('Mời các điểm cầu');
    await page.keyboard.press('Escape');
    const address = await page.getByRole('link', { name: 'Bản in (PDF)' }).getAttribute('href');
    const printed = await page.request.get(`${system.url}${address}`);
    expect((await printed.body()).subarray(0, 5).toString()).toBe('%PDF-');
    await page.goto(`${system.url}/reports/usage`);
    const ofUnit = page.getByRole('row', { name: /^Sở Y tế/ });
    await ofUnit.getByRole('button', { name: /^Xem nguồn của Số cuộc họp: 1/ }).click();
    await expect(page.getByRole('dialog').getByRole('link', { name: 'Giao ban tuần' })).toBeVisible();
  });

  await test.step('what the program was told of it, and whether it took it', async () => {
    await page.goto(`${system.url}/programs`);
    await page.getByRole('button', { name: 'Các lần gọi gần đây' }).click();
    await expect(page.getByRole('listitem').filter({ hasText: 'Mở họp' }).last()).toContainText('đã nhận');
    expect(calendar.signed).toBeGreaterThan(1);
  });

  await test.step('REG-1 REG-20 a host unit asks for a meeting of its own, and sees its own alone', async () => {
    const unit = await newPerson(browser, { colour: 'grey', toneHz: 300 });
    const account = { username: 'so-y-te', name: 'Sở Y tế', roles: ['hostUnit'], hostUnit: 'so-y-te' };
    await enterFirst(unit.page, page, system, account);
    await expect(unit.page.getByRole('navigation').getByRole('link')).toHaveText(['Lịch họp', 'Báo cáo']);
    await bookFor(unit.page, 'Họp của Sở');
    await unit.page.getByLabel('Ngày họp').fill('2031-03-04');
    await unit.page.getByRole('button', { name: 'Lưu', exact: true }).click();
    const row = unit.page.getByRole('listitem').filter({ hasText: 'Họp của Sở' });
    await expect(row).toContainText('Đã đăng ký');
    await expect(row.getByRole('button', { name: 'Xác nhận' })).toBeHidden();
    await unit.page.getByRole('link', { name: 'Báo cáo' }).click();
    await expect(unit.page.getByRole('link', { name: 'Giao ban tuần' })).toBeVisible();
    await unit.context.close();
  });
  calendar.close();
  await operator.context.close();
});

/** What a webhook calls: it takes whatever is signed. */
async function startProgram() {
  const program = { url: '', signed: 0, close: () => void server.close() };
  const server = createServer((request, response) => {
    if (request.headers['webhook-signature']) program.signed += 1;
    response.writeHead(request.headers['webhook-signature'] ? 204 : 401).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  program.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return program;
}
