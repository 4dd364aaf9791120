import { expect, test } from 'vitest';
import { requestSchema } from '../../server/protocol/media.ts';
import { MAX_MESSAGE_BYTES } from '../../server/protocol/version.ts';
import { gatewayRequestSchema, MAX_BANS_REPORTED } from '../../server/protocol/wire.ts';

const IP = 'fd00:1111:2222:3333:4444:5555:6666:7777';
const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);

const source = { transport: 'tcp', ip: IP, port: 65_535 };
const binding = {
  account: 'a'.repeat(64),
  contact: 'c'.repeat(512),
  source,
  callId: 'i'.repeat(256),
  cseq: 0xffffffff,
  expiresAt: 1_767_574_860_000,
  userAgent: 'u'.repeat(200),
};
const ban = { ip: IP, until: 1_767_574_860_000, reason: 'r'.repeat(120), attempts: 999_999 };

test.each([
  ['bans', gatewayRequestSchema, { request: 'reportBans', bans: times(MAX_BANS_REPORTED, ban) }],
  ['bindings', gatewayRequestSchema, { request: 'reportRegistrations', account: 'a', bindings: times(16, binding) }],
  ['a still', requestSchema, { request: 'sendStill', jpeg: 'A'.repeat(40_000) }],
  ['a wall of stills', requestSchema, { request: 'watchStills', participantIds: times(400, 'p'.repeat(64)) }],
])('as much as the schema takes of %s fits one message', (_what, schema, message) => {
  expect(schema.parse(message)).toEqual(message);
  expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThan(MAX_MESSAGE_BYTES);
});
