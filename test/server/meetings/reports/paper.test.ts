import readXlsx from 'read-excel-file/node';
import { expect, test } from 'vitest';
import { Printer } from '../../../../server/meetings/printing.ts';
import { minutesOf } from '../../../../server/meetings/reports/minutes.ts';
import { minutesPaper } from '../../../../server/meetings/reports/minutes-paper.ts';
import { sayCell } from '../../../../server/meetings/reports/paper.ts';
import { paperSheet } from '../../../../server/meetings/reports/paper-sheet.ts';
import { pdfText } from '../../../integration/pdf-text.ts';
import { joined, MINUTE, START, story } from './story.ts';

const LOOK = { language: 'vi', timeZone: 'Asia/Ho_Chi_Minh' } as const;
const SITES = 30;
const events = story(
  [0, { type: 'meetingOpened', roomId: 'm1', title: 'Giao ban tuần' }],
  ...Array.from({ length: SITES }, (_, i): [number, object] => [1, joined(`site-x${i}`, `Xã Đồng Hỷ ${i}`)]),
  [10, { type: 'microphoneOpened', participantId: 'site-x3' }],
  [70.5, { type: 'microphoneClosed', participantId: 'site-x3', reason: 'finished' }],
  [120, { type: 'meetingEnded' }],
);
const paper = minutesPaper(minutesOf(events, { roomId: 'm1', now: START }), [], 'vi');

test('minutes are printed in proper Vietnamese, their table head again on each page', { timeout: 90_000 }, async () => {
  const text = pdfText(
    await new Printer().print({ what: 'report', paper, look: LOOK, office: 'Văn phòng UBND tỉnh', now: START }),
  );
  for (const part of [
    ...['CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM', 'ngày 03 tháng 11 năm 2026', 'BIÊN BẢN CUỘC HỌP TRỰC TUYẾN'],
    ...['Xã Đồng Hỷ 29', 'phát biểu xong', '1:00:30', 'Cán bộ kỹ thuật'],
  ]) {
    expect(text).toContain(part);
  }
  const pages = Number(/Trang 1\/(\d+)/.exec(text)?.[1]);
  expect(pages).toBeGreaterThan(1);
  expect(text.match(/Phương tiện/g)?.length ?? 0).toBeGreaterThan(1);
});

test('as a sheet, times can be reckoned with: a running time is a part of a day', async () => {
  const sheets = await readXlsx(await paperSheet(paper, LOOK, 'Biên bản'));
  expect(sheets.map(({ sheet }) => sheet)).toEqual([
    'Biên bản',
    'Thành phần tham dự',
    'Phát biểu',
    'Tổng hợp phát biểu',
  ]);
  const speech = sheets[2]?.data[1] ?? [];
  expect(speech[0]).toBe('Xã Đồng Hỷ 3');
  // What the clock on the wall showed, as a date.
  const [from] = (sheets[1]?.data[1] ?? []).filter((cell) => cell instanceof Date);
  expect(Math.round(Number(from) / 1000)).toBe(Date.UTC(2026, 10, 3, 8, 1) / 1000);
  // A spreadsheet's times count from 30 December 1899.
  expect(Number(speech[4]) - Date.UTC(1899, 11, 30)).toBe(60.5 * MINUTE);
});

test('numbers and days are written as the language does', () => {
  const en = { ...LOOK, language: 'en' } as const;
  expect(sayCell({ number: 1234.5, digits: 1, unit: '%' }, LOOK)).toBe('1.234,5%');
  expect(sayCell({ number: 1234.5, digits: 1, unit: 'ms' }, en)).toBe('1,234.5 ms');
  expect(sayCell({ at: START }, LOOK)).toBe('08:00, 03/11/2026');
  expect(sayCell({ ms: 3_661_000 }, en)).toBe('1:01:01');
});
