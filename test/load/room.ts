// A meeting of 130 sites and 20 watchers: most of them come within ten seconds, then it goes on. Prints {"ackP99Ms":…,
// "loopDelayP99Ms":…,"mbPerParticipant":…,"egressGrowth10to130":…,"monitorCpuShare":…,"monitorCores":…,"peer":…}: how
// long commands and requests took while they came, how late the server's loop was meanwhile, memory of server and workers
// for each, what goes down to a site that watches as compared with the same meeting of ten sites, and what measuring
// costs: as a part of all the work of server and workers, and in cores. `peer` is the same storm upon socket.io alone,
// which tells everyone and answers everything.
//
// A site sends what a browser does: its camera in 25 pictures a second of two layers (150 and 500 kbit/s), the first one's
// in a third as well, because that is watched (1.5 Mbit/s), each with its sender reports and with transport-wide numbers,
// and kept by the SFU for a while to be sent again; and a microphone, which is open and speaks at the first and is silent
// elsewhere. It is shown the first at its largest and seven others at their smallest, and says ten times a second what of
// it came and when, over a line that is never late, so that the SFU estimates what the line bears. What a browser does besides,
// and no site here: it asks for what it lost, and reports every five seconds what it decoded.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { io, type Socket } from 'socket.io-client';
import { z } from 'zod';
import { MOST_PER_SECOND } from '../../server/media/sweep.ts';
import { obeyed } from '../e2e/centre.ts';
import { childrenOf } from '../e2e/system.ts';
import { freePort } from '../integration/free-port.ts';

import { openMeeting, operatorTicket, Peer, siteTicket } from '../integration/server-peers.ts';
import { http, ServerProcess, signIn } from '../integration/server-process.ts';
import { cpuSeconds, memoryOf } from './_cost.ts';
import { percentile } from './_figures.ts';
import { makeCertificate } from './_room-connection.ts';
import { SILENCE, SiteMedia, SPEECH, UNWATCHED, WATCHED } from './_room-media.ts';
import { endMeasuring, threadSeconds } from './_room-profile.ts';
import { secondsOfReading } from './_room-readings.ts';
import { SimulatedSite } from './_room-site.ts';

const FIRST_SITES = 10;
const SITES = Number(process.argv[2] ?? 130);
const WATCHERS = 20;
const SHOWN = 8;
const STORM_MS = 10_000;
const SECONDS = 10;
/** What is kept is thinned once in it; and a garbage collection now and then is not taken for the rule. */
const WORK_SECONDS = 60;
/** What the storm left behind is collected some seconds later, and is not what measuring costs. */
const SETTLING_MS = 10_000;
/** Links are made so many at a time. */
const AT_ONCE = 10;
/** Handshakes at the same time: they are the sites' work, not the server's. */
const HANDSHAKES = 6;
const inspectorPort = await freePort();
const server = await ServerProcess.start({
  NODE_OPTIONS: `--inspect=127.0.0.1:${inspectorPort}`,
  ROSTRUM_WORKERS: '2',
  ROSTRUM_MEDIA_PORT: String(await freePort(2)),
  ROSTRUM_LOG: 'warn',
});
const media = new SiteMedia();
const sites: SimulatedSite[] = [];
try {
  process.stdout.write(`${JSON.stringify({ ...(await measureRoom()), peer: await measurePeer() })}\n`);
} finally {
  media.close();
  for (const site of sites) site.close();
  await server.close();
}

function say(what: string): void {
  process.stderr.write(`${(performance.now() / 1000).toFixed(0)} s: ${what}\n`);
}

async function measureRoom() {
  const acks: number[] = [];
  const desk = await signIn(server);
  const roomId = await openMeeting(desk);
  const operator = await Peer.connect({ url: server.url, ticket: await operatorTicket(desk, roomId) });
  const certificate = await makeCertificate(server.folder);
  const make = async (index: number) => {
    const isSite = index < SITES;
    const ticket = await siteTicket(
      desk,
      roomId,
      isSite ? `Xã ${index + 1}` : `Khách ${index + 1}`,
      isSite ? 'site' : 'guest',
    );
    const camera = index === 0 ? WATCHED : UNWATCHED;
    const microphone = index === 0 ? SPEECH : SILENCE;
    return new SimulatedSite({ url: server.url, ticket, certificate, acks, ...(isSite ? { camera, microphone } : {}) });
  };
  for (let index = 0; index < SITES + WATCHERS; index += AT_ONCE) {
    sites.push(...(await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => make(index + i)))));
  }
  const pids = [server.child.pid ?? 0, ...(await childrenOf(server.child.pid ?? 0))];
  const memory = () => pids.reduce((sum, pid) => sum + memoryOf(pid), 0);

  say('tickets');
  const [first, others] = [sites.slice(0, FIRST_SITES), sites.slice(FIRST_SITES)];
  const empty = memory();
  for (const site of first) await site.join([]);
  const shown = first.slice(0, SHOWN).map(({ id }) => id);
  const slots = shown.map((participantId) => ({ show: 'participant', participantId }));
  await obeyed(operator.command({ verb: 'editPreview', layout: { name: '1+7', slots } }));
  await obeyed(operator.command({ verb: 'take', version: operator.state.preview.version }));
  await obeyed(operator.command({ verb: 'openMicrophone', participantId: shown[0] }));
  const program = shown.map((participantId, index) => ({
    from: { participantId, source: 'camera' as const },
    spatialLayer: index === 0 ? 2 : 0,
  }));
  for (const site of first) await site.watch(program);
  await begin(first);
  say('ten sites');
  const watching = first.slice(SHOWN);
  const atTen = await egressOf(watching);

  await loopDelay();
  acks.length = 0;
  await Promise.all(
    others.map((site, index) => sleep((index * STORM_MS) / others.length).then(() => site.join(program))),
  );
  const [stormAcks, loopDelayP99Ms] = [[...acks], await loopDelay()];
  say('the storm is over');
  await begin(others);
  say('all are connected');
  await sleep(SETTLING_MS);
  const workSince = beginWork(pids);
  const atAll = await egressOf([...watching, ...others], WORK_SECONDS);
  const monitor = await monitorCost(workSince(), pids);
  operator.close();
  return {
    ackP99Ms: round(percentile(stormAcks, 0.99), 10),
    loopDelayP99Ms: round(loopDelayP99Ms, 10),
    mbPerParticipant: round((memory() - empty) / sites.length, 100),
    egressGrowth10to130: round(atAll / atTen, 1000),
    monitorCpuShare: round(monitor.share, 10_000),
    monitorCores: round(monitor.cores, 10_000),
    acks: stormAcks.length,
    kbpsPerSite: Math.round(atAll),
  };
}

async function begin(some: readonly SimulatedSite[]): Promise<void> {
  const waiting = [...some];
  const work = async () => {
    for (let site = waiting.shift(); site; site = waiting.shift()) await site.begin(media);
  };
  await Promise.all(Array.from({ length: HANDSHAKES }, work));
  await sleep(3_000);
}

/** Of one site on the average, kbit/s. */
async function egressOf(some: readonly SimulatedSite[], seconds = SECONDS): Promise<number> {
  const total = () => some.reduce((sum, { received }) => sum + received, 0);
  const [before, begun] = [total(), performance.now()];
  await sleep(seconds * 1000);
  return ((total() - before) * 8) / (performance.now() - begun) / some.length;
}

/** Since the last time, as `/metrics` says it; ms. */
async function loopDelay(): Promise<number> {
  const { text } = await http(`${server.url}/metrics`, 'GET');
  return Number(/^rostrum_loop_delay_seconds (\S+)$/m.exec(text)?.[1] ?? Number.NaN) * 1000;
}

interface Work {
  loop: number;
  samples: number;
  /** Of server and workers. */
  all: number;
}

/** Until it is called: CPU seconds since now. */
function beginWork(pids: readonly number[]): () => Work {
  const [server = 0] = pids;
  const total = () => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  const before = { ...threadSeconds(server), all: total() };
  return () => {
    const { loop, samples } = threadSeconds(server);
    return { loop: loop - before.loop, samples: samples - before.samples, all: total() - before.all };
  };
}

/**
 * What measuring is of all the work of server and workers: what the loop has less to do without it, all of the thread's
 * that keeps samples, and what the workers need for the readings that they are asked for.
 */
async function monitorCost({ loop, samples, all }: Work, pids: readonly number[]) {
  const workers = WORK_SECONDS * MOST_PER_SECOND * (await secondsOfReading());
  await endMeasuring(inspectorPort);
  await sleep(SETTLING_MS);
  const workSince = beginWork(pids);
  await sleep(WORK_SECONDS * 1000);
  const without = workSince();
  const parts = { loop, loopWithout: without.loop, samples, workers, all, allWithout: without.all };
  const shown = Object.entries(parts).map(([name, value]) => `${name} ${round(value, 1000)}`);
  process.stderr.write(`CPU seconds in ${WORK_SECONDS} s: ${shown.join(', ')}\n`);
  const cost = loop - without.loop + samples + workers;
  return { share: cost / all, cores: cost / WORK_SECONDS };
}

async function measurePeer() {
  const peer = fork(fileURLToPath(new URL('_room-peer.ts', import.meta.url)));
  const sockets: Socket[] = [];
  try {
    const { port } = z.object({ port: z.number() }).parse((await once(peer, 'message'))[0]);
    const acks: number[] = [];
    const join = async (index: number) => {
      await sleep((index * STORM_MS) / SITES);
      const socket = io(`http://127.0.0.1:${port}/room`, { transports: ['websocket'], forceNew: true });
      sockets.push(socket);
      await new Promise((resolve) => socket.once('welcome', resolve));
      for (let message = 0; message < 8; message++) {
        const begun = performance.now();
        await socket.timeout(30_000).emitWithAck('request', { request: 'x'.repeat(500) });
        acks.push(performance.now() - begun);
      }
    };
    const empty = memoryOf(peer.pid ?? 0);
    peer.send('begin');
    await once(peer, 'message');
    await Promise.all(Array.from({ length: SITES + WATCHERS - FIRST_SITES }, (_, index) => join(index)));
    peer.send('end');
    const told = z.object({ loopDelayP99Ms: z.number() }).parse((await once(peer, 'message'))[0]);
    return {
      ackP99Ms: round(percentile(acks, 0.99), 10),
      loopDelayP99Ms: round(told.loopDelayP99Ms, 10),
      mbPerParticipant: round((memoryOf(peer.pid ?? 0) - empty) / sockets.length, 100),
    };
  } finally {
    for (const socket of sockets) socket.disconnect();
    peer.kill();
  }
}

function round(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}
