import { expect, test } from 'vitest';
import { localUrl } from '../../infra/system.ts';

test('this machine reaches a server that listens everywhere on the loopback', () => {
  expect(localUrl('0.0.0.0', 8443)).toBe('https://127.0.0.1:8443');
  expect(localUrl('::', 8443)).toBe('https://[::1]:8443');
  expect(localUrl('fd00::5', 443)).toBe('https://[fd00::5]:443');
  expect(localUrl('192.0.2.7', 9000)).toBe('https://192.0.2.7:9000');
});
