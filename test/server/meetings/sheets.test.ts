import readXlsx from 'read-excel-file/node';
import { expect, test } from 'vitest';
import { readRows, UnreadableSheet, writeRows, writeSheets } from '../../../server/meetings/sheets.ts';

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

test.each([
  ['Windows-1258', Buffer.from([0x58, 0xe3, 0x20, 0xd0, 0xf4, 0xcc, 0x6e, 0x67])],
  ['another program that could not read it', Buffer.from('Tên điểm cầu\nX\ufffd Đồng Phúc\n')],
])('REG-15 a sheet in the code page of %s is refused, and no name is spoiled', async (_what, bytes) => {
  await expect(readRows(bytes, 'csv')).rejects.toMatchObject({ name: 'UnreadableSheet', fault: 'badEncoding' });
});

test('UTF-16 is read in either order of its bytes', async () => {
  const unicode = Buffer.from('\ufeffTên\tĐT\r\nBa Bể\t1\r\n', 'utf16le').swap16();
  expect(await readRows(unicode, 'csv')).toEqual([
    ['Tên', 'ĐT'],
    ['Ba Bể', '1'],
  ]);
});

test('numbers are numbers in the columns that hold them, and a phone stays as it is', async () => {
  const rows = [
    ['Tải lên (kbit/s)', 'Điện thoại'],
    ['4000', '18001260'],
    ['chưa rõ', '0912345678'],
  ];
  const [sheet] = await readXlsx(await writeRows(rows, 'xlsx', 'Điểm cầu', [0]));
  expect(sheet?.data.slice(1)).toEqual([
    [4000, '18001260'],
    ['chưa rõ', '0912345678'],
  ]);
});

test('a long name of a sheet ends at a word, and no two are the same', async () => {
  const name = 'Theo đơn vị cung cấp đường truyền: cả năm';
  const rows = [[{ value: 'A' }]];
  const sheets = await readXlsx(
    await writeSheets([
      { name, rows },
      { name, rows },
    ]),
  );
  expect(sheets.map(({ sheet }) => sheet)).toEqual(['Theo đơn vị cung cấp đường', 'Theo đơn vị cung cấp đường 2']);
});
