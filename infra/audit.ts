// npm run audit -- verify: whether the audit log is as it was written. 0: it is; 1: it is not.

import { verifyChain } from '../server/accounts/audit-chain.ts';
import { openAuditIn } from '../server/store/audit.ts';
import { text } from './messages.ts';
import { endWithParent } from './processes.ts';
import { readSettings } from './settings.ts';

const HASH = /^[0-9a-f]{64}$/;

/** @param known a hash that was noted earlier: the row must still be there, or the end of the log was cut off */
async function verify(known: string | undefined, args: string[]): Promise<number> {
  const { data } = readSettings(process.env, args);
  const opened = openAuditIn(data);
  if (!opened) {
    process.stdout.write(`${text.auditMissing(data)}\n`);
    return 1;
  }
  try {
    let isKnown = known === undefined;
    const { sound, head, broken } = await verifyChain(watched());
    if (broken) process.stdout.write(`${text.auditFaults[broken.fault](broken.seq)}\n`);
    if (!isKnown) process.stdout.write(`${text.auditCutOff}\n`);
    process.stdout.write(`${text.auditSound(sound, head)}\n`);
    return broken || !isKnown ? 1 : 0;

    async function* watched() {
      if (!opened) return;
      for await (const row of opened.audit.rows()) {
        isKnown ||= row.hash === known;
        yield row;
      }
    }
  } finally {
    await opened.close();
  }
}

endWithParent();
const [command, ...given] = process.argv.slice(2);
const known = HASH.test(given[0] ?? '') ? given.shift() : undefined;
if (command === 'verify') {
  process.exitCode = await verify(known, given);
} else {
  process.stderr.write(`${text.auditUsage}\n`);
  process.exitCode = 2;
}
