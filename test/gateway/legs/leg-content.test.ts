import { pino } from 'pino';
import { expect, test } from 'vitest';
import { LegContent, retryFloor } from '../../../gateway/legs/leg-content.ts';
import type { Negotiated, NegotiatedFloorControl } from '../../../gateway/sip/index.ts';
import { freePort } from '../../integration/free-port.ts';

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

test('a second offer of floor control leaves the call as it was, unless it is taken', async () => {
  const logger = pino({ level: 'silent' });
  const agreed: Negotiated = { lines: [] };
  const negotiation = {
    offerOtherFloor: () => 'offer',
    accept: (sdp: string) => (sdp === 'answer' ? agreed : undefined),
  };
  const offers: string[] = [];
  const dialog = {
    reoffer: async (sdp: string) => {
      offers.push(sdp);
      return { ok: true, sdp: 'answer' } as const;
    },
  };
  expect(await retryFloor(dialog, negotiation, logger)).toBe(agreed);
  const refusing = { reoffer: async () => ({ ok: false, status: 488, reason: 'Not Acceptable Here' }) as const };
  expect(await retryFloor(refusing, negotiation, logger)).toBeUndefined();
  const broken = { reoffer: () => Promise.reject(new Error('no session')) };
  expect(await retryFloor(broken, negotiation, logger)).toBeUndefined();
  expect(await retryFloor(dialog, { ...negotiation, offerOtherFloor: () => undefined }, logger)).toBeUndefined();
  expect(offers).toEqual(['offer']);
});
