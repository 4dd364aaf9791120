import { expect, test } from 'vitest';
import { treeOf } from '../../../client/lines/line-tree.ts';
import type { LineNode } from '../../../server/protocol/quality.ts';

const node = (name: string, given: Partial<LineNode> = {}): LineNode => ({
  ...{ participantId: name, name, role: 'site', kind: 'sip', level: 'good', reasons: [], flows: [] },
  ...{ up: { kbps: 200 }, down: { kbps: 1_000 } },
  ...given,
});
const compare = (a: string, b: string) => a.localeCompare(b, 'vi');

test('REG-17: lines by carrier and capacity, with the worst of each carrier and what it carries', () => {
  const tree = treeOf(
    [
      node('Chợ Mới'),
      node('Ba Bể', { carrierId: 'vnpt', downKbps: 4_000, level: 'poor' }),
      node('Na Rì', { carrierId: 'vnpt', downKbps: 10_000 }),
      node('Pác Nặm', { carrierId: 'vnpt', down: {} }),
      node('Ngân Sơn', { carrierId: 'viettel', downKbps: 10_000 }),
    ],
    { vnpt: 'VNPT', viettel: 'Viettel' },
    compare,
  );
  expect(tree.map(({ name, level, count, downKbps }) => [name, level, count, downKbps])).toEqual([
    ['Viettel', 'good', 1, 1_000],
    ['VNPT', 'poor', 3, 2_000],
    [undefined, 'good', 1, 1_000],
  ]);
  expect(tree[1]?.capacities.map(({ downKbps, lines }) => [downKbps, lines.map(({ name }) => name)])).toEqual([
    [10_000, ['Na Rì']],
    [4_000, ['Ba Bể']],
    [undefined, ['Pác Nặm']],
  ]);
});

test('a carrier that is no longer in the directory stays one', () => {
  expect(treeOf([node('Ba Bể', { carrierId: 'fpt' })], {}, compare)[0]).toMatchObject({
    carrierId: 'fpt',
    name: 'fpt',
  });
  expect(treeOf([], {}, compare)).toEqual([]);
});
