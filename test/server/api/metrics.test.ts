import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { lineMetrics, processMetrics, render } from '../../../server/api/metrics.ts';
import type { LineState } from '../../../server/protocol/lines.ts';

const line: LineState = {
  ...{ level: 'strained', since: 0, reasons: [] },
  up: { kbps: 1_500, loss: 0.04, jitterMs: 12 },
  down: { roundTripMs: 40, speech: 4.1 },
};

test('every figure of every line is a sample with its labels, in base units', () => {
  const text = render(lineMetrics([{ roomId: '600100', lines: new Map([['site-ba-be', line]]) }]));
  expect(text).toContain(
    '# TYPE rostrum_line_level gauge\nrostrum_line_level{room="600100",participant="site-ba-be"} 1\n',
  );
  expect(text).toContain('direction="up"} 1500000\n');
  expect(text).toContain('rostrum_line_jitter_seconds{room="600100",participant="site-ba-be",direction="up"} 0.012\n');
  expect(text).toContain('direction="down"} 0.04\n');
  expect(text).not.toContain('undefined');
  for (const row of text.trimEnd().split('\n')) {
    expect(row).toMatch(/^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [\d.e-]+)$/);
  }
});

test('what would break a label is escaped', () => {
  const metric = { name: 'a', help: 'b', type: 'gauge' as const, values: [{ labels: { x: 'a"b\\c\nd' }, value: 1 }] };
  expect(render([metric])).toContain('a{x="a\\"b\\\\c\\nd"} 1\n');
});

test('REG-17 the dashboard draws every metric that there is, and none that there is not', () => {
  const dashboard = readFileSync(new URL('../../../infra/grafana/lines.json', import.meta.url), 'utf8');
  const drawn = new Set([...dashboard.matchAll(/\b(?:rostrum|process)_[a-z_]+/g)].map(([name]) => name));
  const known = [...processMetrics(0), ...lineMetrics([])].map(({ name }) => name);
  expect([...drawn].sort()).toEqual(known.sort());
});
