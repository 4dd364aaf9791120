import { expect, it } from 'vitest';
import { markEdge } from '../../../../client/review/player/perform-deed.ts';

const view = { from: 0, to: 100_000 };

it('marks a minute from the first edge on, and keeps the other edge where it can', () => {
  expect(markEdge(null, 'from', 10_000, view)).toEqual({ from: 10_000, to: 70_000 });
  expect(markEdge({ from: 10_000, to: 70_000 }, 'to', 30_000, view)).toEqual({ from: 10_000, to: 30_000 });
  expect(markEdge({ from: 10_000, to: 30_000 }, 'from', 20_000, view)).toEqual({ from: 20_000, to: 30_000 });
});

it('stays in the recording, and never turns round', () => {
  expect(markEdge(null, 'from', 90_000, view)).toEqual({ from: 90_000, to: 100_000 });
  expect(markEdge({ from: 50_000, to: 60_000 }, 'to', 20_000, view)).toEqual({ from: 0, to: 20_000 });
  expect(markEdge({ from: 50_000, to: 60_000 }, 'from', 80_000, view)).toEqual({ from: 80_000, to: 100_000 });
});
