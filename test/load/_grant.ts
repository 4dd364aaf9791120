import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { io } from 'socket.io-client';
import { z } from 'zod';
import { noticeSchema, plainTransportOfferSchema } from '../../server/protocol/media.ts';
import type { Kind } from '../../server/protocol/records.ts';
import { PROTOCOL_VERSION } from '../../server/protocol/version.ts';
import { answerSchema, ticketAnswerSchema } from '../../server/protocol/wire.ts';
import { obeyed } from '../e2e/centre.ts';
import type { System } from '../e2e/system.ts';
import { until } from '../integration/media-fixture.ts';
import { RtpReceiver, RtpSender } from '../integration/rtp-probe.ts';
import { Peer } from '../integration/server-peers.ts';

export interface GrantTimes {
  /** The operator's command is sent, to the first packet at a listener, in ms, once per round. */
  grant: number[];
  /** One durable append to SQLite and one packet there and back on loopback, in ms, once per round. */
  floor: number[];
}

interface GrantRun {
  system: System;
  /** Grants. */
  operator: Peer;
  roomId: string;
  rounds: number;
}

/** A packet may just have gone when the gate opens: a short interval keeps that out of the figure. */
const PACKET_EVERY_MS = 10;

/** A site that sends plain RTP, and a listener that takes every open microphone as RTP: the composer's seat. */
export async function measureGrants({ system, operator, roomId, rounds }: GrantRun): Promise<GrantTimes> {
  const site = await takeSeat(system, roomId, 'simulator', 'bench-site');
  const listener = await takeSeat(system, roomId, 'composer', 'composer');
  const sender = await sendMicrophone(site);
  const heard = await listen(listener);
  const times: GrantTimes = { grant: [], floor: await measureFloor(system.data, rounds) };
  try {
    for (let round = 0; round < rounds; round += 1) {
      // A site itself may not ask so often.
      await obeyed(operator.command({ verb: 'enterRequest', participantId: site.id }));
      await until('the request is seen', () => operator.state.requests.at(-1)?.status === 'requested');
      const requestId = operator.state.requests.at(-1)?.id;
      const begun = performance.now();
      const granted = operator.command({ verb: 'grantFloor', requestId });
      times.grant.push((await heard.first(begun)) - begun);
      await obeyed(granted);
      await obeyed(operator.command({ verb: 'revokeFloor', participantId: site.id }));
      await heard.silence();
    }
  } finally {
    sender.close();
    heard.close();
    for (const peer of [site, listener]) peer.close();
  }
  return times;
}

/** A seat that only the gateway may give out. */
async function takeSeat(system: System, roomId: string, kind: Kind, participantId: string): Promise<Peer> {
  const secrets = JSON.parse(await readFile(join(system.data, 'secrets.json'), 'utf8'));
  const { gatewaySecret: secret } = z.object({ gatewaySecret: z.string() }).parse(secrets);
  const options = { transports: ['websocket'], rejectUnauthorized: false, forceNew: true };
  const gateway = io(`${system.url}/gateway`, { ...options, auth: { secret, version: PROTOCOL_VERSION } });
  const ask = { request: 'ticket', roomId, kind, participantId, name: participantId };
  const answer = answerSchema.parse(await gateway.timeout(10_000).emitWithAck('request', ask));
  gateway.disconnect();
  if (!answer.ok) throw new Error(`no seat: ${answer.refusal.code}`);
  return Peer.connect({ url: system.url, ticket: ticketAnswerSchema.parse(answer.result).ticket });
}

async function sendMicrophone(site: Peer): Promise<RtpSender> {
  const opened = await site.request({ request: 'openTransport', direction: 'send' });
  if (!opened.ok) throw new Error(opened.refusal.code);
  const offer = plainTransportOfferSchema.parse(opened.result);
  const sender = await RtpSender.open('bench');
  const { transportId } = offer;
  const stream = { kind: 'audio', sent: { source: 'microphone' }, rtpParameters: sender.rtpParameters };
  await obeyed(site.request({ request: 'produce', transportId, ...stream }));
  sender.start(offer, PACKET_EVERY_MS);
  return sender;
}

interface Ear {
  /** When the first packet after `since` came. */
  first(since: number): Promise<number>;
  /** Resolves when the stream has been taken away. */
  silence(): Promise<void>;
  close(): void;
}

async function listen(listener: Peer): Promise<Ear> {
  const receiver = await RtpReceiver.open();
  const open = new Set<string>();
  listener.socket.on('notice', (raw) => {
    const notice = noticeSchema.parse(raw);
    if (notice.notice === 'consumerClosed') open.delete(notice.consumerId);
    if (notice.notice !== 'consumerOpened') return;
    const { consumerId } = notice;
    open.add(consumerId);
    void listener.request({ request: 'resumeConsumer', consumerId, address: receiver.address });
  });
  const rtpCapabilities = listener.welcomes.at(-1)?.routerRtpCapabilities;
  await obeyed(listener.request({ request: 'setRtpCapabilities', rtpCapabilities }));
  return {
    first: async (since) => (await receiver.first(since, 10_000)).at,
    silence: () => until('the stream has ended', () => open.size === 0, 10_000),
    close: () => receiver.close(),
  };
}

async function measureFloor(folder: string, rounds: number): Promise<number[]> {
  const times: number[] = [];
  const database = new DatabaseSync(join(folder, 'bench.sqlite'));
  database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE log (event TEXT)');
  const append = database.prepare('INSERT INTO log VALUES (?)');
  const [here, echo] = [createSocket('udp4'), createSocket('udp4')];
  for (const socket of [here, echo]) {
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
  }
  echo.on('message', (bytes, { port, address }) => echo.send(bytes, port, address));
  for (let round = 0; round < rounds; round += 1) {
    const begun = performance.now();
    append.run('x'.repeat(300));
    here.send('packet', echo.address().port, '127.0.0.1');
    await once(here, 'message');
    times.push(performance.now() - begun);
  }
  for (const socket of [here, echo]) socket.close();
  database.close();
  return times;
}
