import { expect, test } from 'vitest';
import { readRows, UnreadableSheet, writeRows } from '../../../server/meetings/sheets.ts';

const ROWS = [
  ['Tên điểm cầu', 'Điện thoại'],
  ['Xã Đồng Hỷ, "mới"', '0912 345 678'],
  ['=HYPERLINK("x")', '+84 912 345 678'],
];

test.each(['csv', 'xlsx'] as const)('a %s is read back as it was written, and holds no formula', async (format) => {
  const bytes = await writeRows(ROWS, format, 'Điểm cầu');
  expect(await readRows(bytes, format)).toEqual(ROWS);
  if (format === 'csv') expect(bytes.toString('utf8')).toContain(`"'=HYPERLINK`);
});

test('a spreadsheet may divide by semicolons, write UTF-16 or keep numbers', async () => {
  expect(await readRows(Buffer.from('a;b\r\n"x;1";2,5\r\n'), 'csv')).toEqual([
    ['a', 'b'],
    ['x;1', '2,5'],
  ]);
  const unicode = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('Tên\tĐT\r\nBa Bể\t1\r\n', 'utf16le')]);
  expect(await readRows(unicode, 'csv')).toEqual([
    ['Tên', 'ĐT'],
    ['Ba Bể', '1'],
  ]);
});

test('what is no sheet is said to be none, with its row where that is known', async () => {
  await expect(readRows(Buffer.from('nothing of the kind'), 'xlsx')).rejects.toBeInstanceOf(UnreadableSheet);
  const broken = readRows(Buffer.from('a,b\nc,d\n"e,f\n'), 'csv');
  await expect(broken).rejects.toMatchObject({ name: 'UnreadableSheet', message: 'CSV_QUOTE_NOT_CLOSED' });
});
