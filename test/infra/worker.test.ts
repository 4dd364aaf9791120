import { expect, test } from 'vitest';
import { cacheName, prebuiltUrl } from '../../infra/worker.ts';

test('a worker is cached by version, platform and the release whose libraries it links', () => {
  const debian = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n';
  expect(cacheName('3.27.1', debian)).toMatch(/^mediasoup-worker-3\.27\.1-linux-\w+-debian12-r\d+$/);
  expect(cacheName('3.27.1', 'ID=debian\nVERSION_CODENAME=forky\n')).toContain('-debianforky-');
  expect(cacheName('3.27.1', '')).toContain('-unknown-');
});

test('the prebuilt worker is where mediasoup publishes it, or at the mirror it can be told', () => {
  const repository = 'git+https://github.com/versatica/mediasoup.git';
  expect(prebuiltUrl('3.27.1', repository, {})).toMatch(
    /^https:\/\/github\.com\/versatica\/mediasoup\/releases\/download\/3\.27\.1\/mediasoup-worker-3\.27\.1-linux-\w+-kernel\d+\.tgz$/,
  );
  expect(prebuiltUrl('3.27.1', repository, { MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL: 'http://mirror' })).toMatch(
    /^http:\/\/mirror\/3\.27\.1\//,
  );
});
