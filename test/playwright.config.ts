import { fileURLToPath } from 'node:url';
import { defineConfig } from 'playwright/test';

const reports = fileURLToPath(new URL('../.rostrum/test', import.meta.url));

/** Debian's Chromium with fake cameras; the switches are what it needs as root, without a screen and off the net. */
export default defineConfig({
  testDir: 'e2e',
  outputDir: `${reports}/e2e`,
  workers: 1,
  fullyParallel: false,
  // As in the integration tests: real endpoints on two noisy cores get a second try; what fails twice has failed.
  retries: 1,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ['json', { outputFile: `${reports}/e2e.json` }]],
  use: {
    browserName: 'chromium',
    locale: 'vi-VN',
    ignoreHTTPSErrors: true,
    viewport: { width: 1280, height: 800 },
    permissions: ['camera', 'microphone'],
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        '--autoplay-policy=no-user-gesture-required',
      ],
    },
  },
});
