// The thread of one printed paper.

import { parentPort, workerData } from 'node:worker_threads';
import { noticePdf } from './notice-pdf.ts';
import type { PrintJob } from './printing.ts';
import { paperPdf } from './reports/paper-pdf.ts';

const job = workerData as PrintJob;
parentPort?.postMessage(
  job.what === 'notice'
    ? await noticePdf(job.subject, job.template, job.now)
    : await paperPdf(job.paper, job.look, job.office, job.now),
);
