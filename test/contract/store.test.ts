import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedStore } from '../../server/store/index.ts';
import { describeStore } from './store-suite.ts';

describeStore('embedded', async () => {
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
});
