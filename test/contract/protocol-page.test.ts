import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Category, REFUSALS } from '../../server/protocol/refusals.ts';
import { MAX_MESSAGE_BYTES, MAX_PACKET_BYTES, PROTOCOL_VERSION } from '../../server/protocol/version.ts';

const page = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');

test('the page lists every refusal under its category, and no other', () => {
  const rows = [...page.matchAll(/^\| `(input|permission|state|limit|server)` \|.*\| ((?:`\w+` ?)+)\|$/gm)];
  const listed = rows.flatMap(([, category, codes]) =>
    [...(codes ?? '').matchAll(/`(\w+)`/g)].map(([, code]) => [code, category as Category] as const),
  );
  expect(Object.fromEntries(listed)).toEqual(REFUSALS);
});

test('the page names the version and the limits as they are', () => {
  expect(page).toContain(`The version is ${PROTOCOL_VERSION};`);
  expect(page).toContain(`${MAX_MESSAGE_BYTES / 1024} kB of JSON`);
  expect(page).toContain(`| a packet | ${MAX_PACKET_BYTES / 1024} kB |`);
});
