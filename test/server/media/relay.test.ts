import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { relayServers } from '../../../server/media/relay.ts';

test('REG-14: credentials are one participant’s, end by themselves, and do not tell the secret', () => {
  const relay = { urls: ['turn:turn.example.vn:3478'], secret: 'a secret of thirty-two characters' };
  const [server] = relayServers(relay, 'p1', Date.UTC(2026, 10, 22));
  const until = Date.UTC(2026, 10, 23) / 1000;
  expect(server).toEqual({
    urls: relay.urls,
    username: `${until}:p1`,
    credential: createHmac('sha1', relay.secret).update(`${until}:p1`).digest('base64'),
  });
  expect(JSON.stringify(server)).not.toContain(relay.secret);
  expect(relayServers(relay, 'p2', Date.UTC(2026, 10, 22))[0]?.credential).not.toBe(server?.credential);
});
