import { expect, test } from 'vitest';
import writeXlsx from 'write-excel-file/node';
import { mergesOf, unmerged } from '../../../server/meetings/sheet-merges.ts';
import { readSheet } from '../../../server/meetings/sheet-reading.ts';

const text = (value: string, more: object = {}) => ({ value, type: String, ...more });
/** As an office writes it: a title over all, a heading of two rows, and one carrier beside its sites. */
const LIST = [
  [null],
  [text('Danh sách điểm cầu', { columnSpan: 3 }), null, null],
  [text('STT', { rowSpan: 2 }), text('Tên điểm cầu'), text('Đơn vị cung cấp đường truyền')],
  [null, null, null],
  [text('1'), text('Ba Bể'), text('VNPT', { rowSpan: 3 })],
  [text('2'), text('Na Rì'), null],
  [text('3'), text('Chợ Mới'), null],
  [text('4'), text('Chợ Đồn'), text('Viettel')],
];

test('REG-15 what is written once beside several sites is of all of them; a heading of two rows makes no site', async () => {
  const bytes = await writeXlsx([{ sheet: 'A', data: LIST }], {}).toBuffer();
  expect(mergesOf(bytes)).toEqual([
    { column: 0, from: 2, to: 3 },
    { column: 2, from: 4, to: 6 },
  ]);
  const rows = await readSheet(bytes, 'xlsx');
  expect(rows.slice(3).map((row) => row.slice(0, 3).join(' '))).toEqual([
    expect.stringMatching(/^ *$/),
    ...['1 Ba Bể VNPT', '2 Na Rì VNPT', '3 Chợ Mới VNPT', '4 Chợ Đồn Viettel'],
  ]);
});

test('what is in a cell all the same stays, and a row that is shorter gets its cells', () => {
  const rows = [['a', 'b', 'c'], ['d', 'e', 'f'], ['g']];
  expect(unmerged(rows, [{ column: 2, from: 0, to: 9 }])).toEqual([
    ['a', 'b', 'c'],
    ['d', 'e', 'f'],
    ['g', '', 'c'],
  ]);
});

test('what is no such file has none', () => {
  expect(() => mergesOf(Buffer.from('PK nonsense'))).toThrow();
});
