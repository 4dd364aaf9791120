import { expect, test } from 'vitest';
import { readSheet } from '../../../server/meetings/sheet-reading.ts';
import { writeRows } from '../../../server/meetings/sheets.ts';

test.each(['csv', 'xlsx'] as const)(
  'a %s is read in a thread of its own, blank rows at its end left out',
  async (format) => {
    const rows = [['Tên điểm cầu'], ['Xã Đồng Hỷ']];
    const bytes = await writeRows([...rows, [''], ['']], format, 'A');
    expect(await readSheet(bytes, format)).toEqual(rows);
  },
);

test('what is too long, or nothing of the kind, is refused by what it is', async () => {
  const long = Buffer.from(`Tên điểm cầu\n${'a\n'.repeat(200_000)}`);
  await expect(readSheet(long, 'csv')).rejects.toMatchObject({ fault: 'tooManyRows', message: '200001' });
  await expect(readSheet(Buffer.from('PK nonsense'), 'xlsx')).rejects.toMatchObject({ fault: 'unreadable' });
});
