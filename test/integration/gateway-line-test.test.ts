/** The centre tries a codec's line by a call: a real codec, a real call, and no meeting. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LineTest } from '../../server/protocol/line-tests.ts';
import { type Baresip, startBaresip } from './baresip.ts';
import { freePort } from './free-port.ts';
import { GatewayProcess } from './gateway-process.ts';
import { until } from './media-fixture.ts';

let gateway: GatewayProcess;
let codec: Baresip;
beforeAll(async () => {
  gateway = await GatewayProcess.start();
  codec = await startBaresip({ user: 'nari', colour: 'red', toneHz: 440 });
  await gateway.addSite('na-ri', { address: codec.uri });
  await gateway.addSite('cho-moi', { address: `sip:chomoi@127.0.0.1:${await freePort()};transport=tcp` });
  await gateway.addSite('bang-lung', { sources: ['10.9.9.9'] });
}, 60_000);
afterAll(async () => {
  await codec.close();
  await gateway.close();
});

const ask = async (method: 'GET' | 'POST', path: string) => (await gateway.operator.send(method, `/api${path}`)).json;
const codeOf = (answer: unknown) => (answer as { error?: { code: string } }).error?.code;
async function ended(test: LineTest): Promise<LineTest> {
  let last = test;
  await until(
    'the test is over',
    async () => {
      last = (await ask('GET', `/line-tests/${test.testId}`)) as LineTest;
      return last.status !== 'running';
    },
    60_000,
  );
  return last;
}

test('REG-17 REG-18 a codec is called, measured both ways, told what goes on, and hung up', async () => {
  expect(codeOf(await ask('POST', '/sites/bang-lung/line-tests'))).toBe('siteUnreachable');
  const started = (await ask('POST', '/sites/na-ri/line-tests')) as LineTest;
  const unreachable = (await ask('POST', '/sites/cho-moi/line-tests')) as LineTest;
  expect(started).toMatchObject({ status: 'running', siteId: 'na-ri', way: 'codec', stage: 'calling' });
  expect(codeOf(await ask('POST', '/sites/na-ri/line-tests'))).toBe('lineTestRunning');

  expect(await ended(unreachable)).toMatchObject({ status: 'failed', failure: 'call', cause: 'unreachable' });
  const done = await ended(started);
  if (done.status !== 'done') throw new Error(JSON.stringify(done));
  const { up, down, roundTripMs, advice, seen } = done.result;
  expect(up.kbps).toBeGreaterThan(50);
  // The codec sees itself: one still colour is little to describe.
  expect(down.kbps).toBeGreaterThan(15);
  expect(up.loss ?? 1).toBeLessThan(0.02);
  expect(down.loss ?? 1).toBeLessThan(0.02);
  expect(up.jitterMs ?? 999).toBeLessThan(100);
  expect(roundTripMs ?? 0).toBeLessThan(300);
  expect(seen?.picture).toBe(true);
  // REG-5: the codec's tone was played back to it, and took so long at the centre.
  expect(seen?.levelDb ?? -127).toBeGreaterThan(-40);
  expect(seen?.centreMs ?? 0).toBeGreaterThan(20);
  expect(seen?.centreMs ?? 9_999).toBeLessThan(800);
  expect(advice).toEqual([{ advice: 'fineCall' }]);
  await codec.waitFor('CALL_CLOSED');

  const { tests } = (await ask('GET', '/sites/na-ri/line-tests')) as { tests: LineTest[] };
  expect(tests).toEqual([done]);
  expect((await ask('GET', '/rooms')) as { rooms: unknown[] }).toEqual({ rooms: [] });
}, 120_000);
