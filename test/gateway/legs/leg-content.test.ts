import { pino } from 'pino';
import { expect, test } from 'vitest';
import { LegContent } from '../../../gateway/legs/leg-content.ts';
import type { NegotiatedFloorControl } from '../../../gateway/sip/index.ts';
import { freePort } from '../../integration/media-fixture.ts';

const AS_CLIENT: NegotiatedFloorControl = {
  index: 0,
  ...{ transport: 'udp', role: 'client', setup: 'active', confId: 7, userId: 8, floorId: 9 },
  remote: { ip: '127.0.0.1', port: 9 },
};

test('a call that ends while its floor control is bound anew leaves no port behind', async () => {
  const port = await freePort();
  let binding: () => void = () => undefined;
  const bind = {
    ...{ portRange: { min: port, max: port }, logger: pino({ level: 'silent' }), markUdp: () => Promise.resolve() },
    get ip() {
      binding();
      return '127.0.0.1';
    },
  };
  const content = await LegContent.open(bind);
  let closed: Promise<void> | undefined;
  binding = () => {
    closed ??= content.close();
  };
  await content.connect(AS_CLIENT);
  await closed;
  expect(closed).toBeDefined();
  // The one port of the range: opening rejects where somebody still holds it.
  const next = await LegContent.open({ ...bind, ip: '127.0.0.1' });
  expect(next.local.port).toBe(port);
  await next.close();
});
