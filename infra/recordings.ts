// npm run recordings -- verify ID: whether a recording is as it was when it was signed. 0: it is; 1: it is not.

import { createPrivateKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { recordingIdSchema } from '../server/protocol/ids.ts';
import { signingKeyFile } from '../server/recordings/index.ts';
import { verifyRecording } from '../server/recordings/manifest.ts';
import { openPlaces } from '../server/recordings/places.ts';
import { text } from './messages.ts';
import { endWithParent } from './processes.ts';
import { readSettings } from './settings.ts';

async function verify(recordingId: string, args: string[]): Promise<number> {
  const { data, recordingStore } = readSettings(process.env, args);
  const keyFile = signingKeyFile(data);
  // Without the house's key another's signature cannot be told from its own.
  const key = existsSync(keyFile) ? createPrivateKey(readFileSync(keyFile)) : undefined;
  const { storage, store } = await openPlaces(data, recordingStore);
  const { signature, faults } = await verifyRecording(storage, recordingId, key).finally(() => store?.close());
  for (const { file, fault } of faults) process.stdout.write(`${file}: ${text.recordingFaults[fault]}\n`);
  process.stdout.write(`${recordingId}: ${text.recordingSignatures[signature]}\n`);
  return signature === 'good' && faults.length === 0 ? 0 : 1;
}

endWithParent();
const [command, recordingId, ...args] = process.argv.slice(2);
if (command === 'verify' && recordingIdSchema.safeParse(recordingId).success && recordingId) {
  process.exitCode = await verify(recordingId, args);
} else {
  process.stderr.write(`${text.recordingsUsage}\n`);
  process.exitCode = 2;
}
