// The thread of one printed report.

import { parentPort, workerData } from 'node:worker_threads';
import { paperPdf } from './paper-pdf.ts';
import type { PrintJob } from './printing.ts';

const { paper, look, office, now } = workerData as PrintJob;
parentPort?.postMessage(await paperPdf(paper, look, office, now));
