// What the commands say on the terminal; Vietnamese first, the language follows the terminal's locale.

import { terminalLanguage } from './bootstrap.mjs';

const vi = {
  workerDownload: 'Tải mediasoup-worker dựng sẵn',
  workerBuild: 'Biên dịch mediasoup-worker (một lần duy nhất)',
};

const en: typeof vi = {
  workerDownload: 'Downloading a prebuilt mediasoup-worker',
  workerBuild: 'Compiling mediasoup-worker (only this once)',
};

export const text = { vi, en }[terminalLanguage()];
