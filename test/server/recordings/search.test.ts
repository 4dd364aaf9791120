import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldText, wordsOf } from '../../../server/recordings/fold.ts';
import { match, searched } from '../../../server/recordings/search.ts';

test.each([
  ['Điểm cầu Đắk Nông', 'diem cau dak nong'],
  ['THỦ TƯỚNG', 'thu tuong'],
  ['Hòa Bình'.normalize('NFD'), 'hoa binh'],
  ['ƠƯ ăâêô  ỳỵỷỹ', 'ou aaeo yyyy'],
])('%s is found by %s', (text, folded) => {
  expect(foldText(text)).toBe(folded);
});

test('folding again changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(foldText(foldText(text))).toBe(foldText(text));
    }),
  );
});

test('a query is its words, each once, not endlessly many', () => {
  expect(wordsOf(' Ngân sách, ngân-sách “2026” %_ ')).toEqual(['ngan', 'sach', '2026']);
  expect(wordsOf(Array.from({ length: 50 }, (_, i) => `w${i}`).join(' '))).toHaveLength(8);
  expect(wordsOf('…')).toEqual([]);
});

test('every word must be found somewhere, and a title counts more than a remark', () => {
  const title = searched('title', 'Họp ngân sách tỉnh');
  const remark = searched('comment', 'Ngân sách cần bổ sung', 12_000);
  const chapter = searched('chapter', 'Ba Bể', 4_000);
  const words = wordsOf('ngan sach ba be');
  expect(match(words, [title, remark])).toBeNull();
  const found = match(words, [remark, chapter, title]);
  expect(found?.found).toEqual([
    { in: 'title', text: 'Họp ngân sách tỉnh' },
    { in: 'chapter', text: 'Ba Bể', at: 4_000 },
    { in: 'comment', text: 'Ngân sách cần bổ sung', at: 12_000 },
  ]);
  const inTitle = match(['sach'], [title])?.score ?? 0;
  const inRemarks =
    match(
      ['sach'],
      Array.from({ length: 100 }, () => ({ ...remark })),
    )?.score ?? 0;
  expect(inTitle).toBeGreaterThan(inRemarks);
  expect(match(['sac'], [title])?.score).toBeLessThan(inTitle);
});
