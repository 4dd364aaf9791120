import { expect, test } from 'vitest';
import { CHAIN_START, type ChainedRow, canonical, chain, verifyChain } from '../../../server/accounts/audit-chain.ts';

function chained(count: number): ChainedRow[] {
  const rows: ChainedRow[] = [];
  for (let at = 1; at <= count; at++) {
    rows.push(
      chain(rows.at(-1), { at, by: 'chi', act: 'siteChanged', about: `site-${at}`, detail: { name: 'Ba Bể' } }),
    );
  }
  return rows;
}

test('the same content is the same text, however it was put together', () => {
  expect(canonical({ b: [1, { d: true, c: 'ạ' }], a: undefined, e: null })).toBe(
    '{"b":[1,{"c":"ạ","d":true}],"e":null}',
  );
});

test('an untouched chain holds, also an empty one, and its head is that of its last row', async () => {
  const rows = chained(4);
  expect(await verifyChain(rows)).toEqual({ sound: 4, head: rows.at(-1)?.hash });
  expect(await verifyChain([])).toEqual({ sound: 0, head: CHAIN_START });
});

test('a changed row, a missing one and one in a wrong place are named', async () => {
  const rows = chained(4);
  const changed = rows.map((row) => (row.seq === 3 ? { ...row, json: row.json.replace('chi', 'lan') } : row));
  expect((await verifyChain(changed)).broken).toEqual({ seq: 3, fault: 'changed' });
  expect((await verifyChain(rows.filter(({ seq }) => seq !== 2))).broken).toEqual({ seq: 2, fault: 'missing' });
  const forged = chain(undefined, { at: 9, by: 'x', act: 'banLifted', about: '' });
  const replaced = rows.map((row) => (row.seq === 1 ? forged : row));
  expect((await verifyChain(replaced)).broken).toEqual({ seq: 2, fault: 'changed' });
});
