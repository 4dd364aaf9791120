// 500 calls in a row, in and out in turn, each with an engine process of its own and hung up by either side, some at a
// time. Prints {"calls":…,"failed":…,"perMinute":…,"before":{…},"after":{…},"heapKbPerCall":…}: what the gateway process
// holds before and after them, `heap` once everything that nobody holds is collected; resident memory (`mb`) goes up and
// down with what is not collected yet. `floor` is how many engine processes a minute this machine starts and ends with
// nothing else to do.

import { legContract } from '../../gateway/engine/leg-protocol.ts';
import { startEngine } from '../../gateway/engine/process.ts';
import { participantIdOfAddress } from '../../server/protocol/ids.ts';
import { obeyed } from '../e2e/centre.ts';
import { recordingLogger, sleep } from '../integration/engine-peers.ts';

import { LightMeeting, udpPortsOf } from '../integration/light-meeting.ts';
import { until } from '../integration/media-fixture.ts';
import { enginesOf, memoryOf, openFiles } from './_cost.ts';

const CALLS = Number(process.argv[2] ?? 500);
const AT_ONCE = 4;
const FLOOR_STARTS = 12;
const SLOW_MS = 30_000;
/** SIP transactions of a call that is over last so long (RFC 3261 17: 64*T1), and a little more. */
const TRANSACTIONS_MS = 35_000;

const floor = await startsPerMinute();
const meeting = await LightMeeting.open();
try {
  const names = Array.from({ length: AT_ONCE }, (_, lane) => `lane${lane}`);
  for (const name of names) await meeting.rack.add(name, meeting.options);
  await row(names, 1); // what is made once is made now
  await settled();
  const before = await census();
  const begun = performance.now();
  const failed = await row(names, Math.ceil(CALLS / AT_ONCE));
  const perMinute = Math.round(CALLS / ((performance.now() - begun) / 60_000));
  await settled();
  const after = await census();
  const heapKbPerCall = round(((after.heap.usedMb - before.heap.usedMb) * 1024) / CALLS);
  const figures = { calls: CALLS, failed, perMinute, before, after, heapKbPerCall, floor: { perMinute: floor } };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
} finally {
  await meeting.close();
}

/** @returns how many calls did not come up or did not end */
async function row(names: readonly string[], rounds: number): Promise<number> {
  let failed = 0;
  const lane = async (name: string, first: number) => {
    for (let round = 0; round < rounds; round += 1) {
      await callOnce(name, first + round).catch((error: unknown) => {
        failed += 1;
        process.stderr.write(`${name}: ${error}\n`);
      });
    }
  };
  await Promise.all(names.map(lane));
  return failed;
}

async function callOnce(name: string, index: number): Promise<void> {
  const { rack, desk, room } = meeting;
  const codec = rack.codecs.get(name);
  if (!codec) throw new Error(`no codec ${name}`);
  const participantId = participantIdOfAddress(codec.uri);
  const own = () => meeting.callOf({ participantId });
  if (index % 2 === 0) await rack.call(codec, name, room);
  else await obeyed(desk.command({ verb: 'dial', address: codec.uri, name }));
  const isThere = () => desk.state.participants[participantId]?.presence === 'present';
  await until('it is there', () => codec.dialog !== undefined && own()?.status === 'answered' && isThere(), SLOW_MS);
  if (index % 4 < 2) await codec.dialog?.hangUp();
  else await desk.command({ verb: 'hangUp', callId: own()?.id });
  await until('it is over', () => codec.dialog === undefined && own()?.status === 'ended' && !isThere(), SLOW_MS);
}

/** What ended last takes a while to be gone and forgotten. */
async function settled(): Promise<void> {
  await until('no engine is left', () => enginesOf(meeting.gateway.pid, 'leg').length === 0, SLOW_MS);
  await sleep(TRANSACTIONS_MS);
}

async function census() {
  const { pid } = meeting.gateway;
  const { usedMb, ...held } = await meeting.gateway.heap();
  const heap = { usedMb: round(usedMb), ...held };
  const engines = enginesOf(pid, 'leg').length;
  return { engines, ports: udpPortsOf(pid), files: openFiles(pid), mb: Math.round(memoryOf(pid)), heap };
}

/** To a tenth. */
function round(value: number): number {
  return Math.round(value * 10) / 10;
}

async function startsPerMinute(): Promise<number> {
  const begun = performance.now();
  for (let done = 0; done < FLOOR_STARTS; done += AT_ONCE) {
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        const engine = await startEngine(legContract, { logger: recordingLogger() });
        await engine.stop();
      }),
    );
  }
  return Math.round(FLOOR_STARTS / ((performance.now() - begun) / 60_000));
}
