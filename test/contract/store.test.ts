import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedStore } from '../../server/store/index.ts';
import { describeAccounts } from './account-suite.ts';
import { describeBookings } from './booking-suite.ts';
import { describeDirectory } from './directory-suite.ts';
import { describeFeedback } from './feedback-suite.ts';
import { describeLineTests } from './line-test-suite.ts';
import { describePins } from './pin-suite.ts';
import { describePrograms } from './program-suite.ts';
import { describeRecordings } from './recording-suite.ts';
import { describeRehearsals } from './rehearsal-suite.ts';
import { describeStore, type Twin } from './store-suite.ts';

async function openEmbedded(): Promise<Twin> {
  const folder = await mkdtemp(join(tmpdir(), 'rostrum-store-'));
  const store = await openEmbeddedStore(folder);
  return {
    store,
    reopen: () => openEmbeddedStore(folder),
    async close() {
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

describeStore('embedded', openEmbedded);
describeAccounts('embedded', openEmbedded);
describeRecordings('embedded', openEmbedded);
describeDirectory('embedded', openEmbedded);
describeBookings('embedded', openEmbedded);
describeLineTests('embedded', openEmbedded);
describeRehearsals('embedded', openEmbedded);
describePins('embedded', openEmbedded);
describePrograms('embedded', openEmbedded);
describeFeedback('embedded', openEmbedded);
