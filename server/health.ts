import { readFileSync } from 'node:fs';
import type { MediaNode } from './media/index.ts';
import type { Health } from './protocol/http.ts';
import type { Store } from './store/index.ts';

interface HealthParts {
  store: Store;
  media: MediaNode;
  gateway(): Partial<Health['parts']>;
}

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const startedAt = performance.now();

/** The state of each part; `degraded` as soon as one that should work does not. */
export async function describeHealth({ store, media, gateway }: HealthParts): Promise<Health> {
  const { status, detail } = media.health();
  const parts: Health['parts'] = {
    store: await store.probe().then(
      () => ({ status: 'ok' as const }),
      () => ({ status: 'down' as const }),
    ),
    media: { status, ...(detail ? { detail } : {}) },
    ...unheard,
    ...gateway(),
  };
  const isWhole = Object.values(parts).every((part) => part.status !== 'down');
  const uptimeSeconds = Math.round((performance.now() - startedAt) / 1000);
  return { status: isWhole ? 'ok' : 'degraded', version: String(version), uptimeSeconds, parts };
}

const unheard = { gateway: { status: 'down' }, sip: { status: 'down' }, engine: { status: 'down' } } as const;
