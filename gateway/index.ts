import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { z } from 'zod';
import { parseSettings, SettingError, type Settings } from '../server/config.ts';
import { type OpenRooms, SIP_REALM } from '../server/protocol/wire.ts';
import { isUnderWay } from '../server/room/state.ts';
import type { GatewayContext } from './context.ts';
import { markUdpSockets } from './engine/mark-socket.ts';
import { mixContract } from './engine/mix-protocol.ts';
import { engineHealth, startEngine } from './engine/process.ts';
import { FrontDoor } from './front-door.ts';
import { Calls } from './legs/calls.ts';
import { ownAddress } from './legs/media.ts';
import type { Trunk } from './legs/way.ts';
import { Inspector } from './recorder/inspector.ts';
import { RoomDesk } from './room-desk.ts';
import { Control } from './session/control.ts';
import { startSimulation } from './simulator/simulation.ts';
import { createSipEdge, type Registration, type SipEdge, type TlsSettings } from './sip/index.ts';

/** Between two reports for `/api/health`, in milliseconds. */
const HEALTH_INTERVAL_MS = 5_000;
/** What is asked of an outside registrar, which grants what it likes. */
const TRUNK_EXPIRES_S = 3600;
/** So long may closing take before the process just ends. */
const CLOSE_WITHIN_MS = 4_000;

const secretsSchema = z.object({ gatewaySecret: z.string().min(32) });

await main();

async function main(): Promise<void> {
  const settings = readSettings();
  const logger = pino({ level: settings.log, base: null });
  const desks = new Map<string, RoomDesk>();
  const secret = secretsSchema.parse(
    JSON.parse(readFileSync(join(settings.data, 'secrets.json'), 'utf8')),
  ).gatewaySecret;
  const server = { url: serverUrl(settings), ca: readFileSync(settings.tlsCert, 'utf8') };
  const control = new Control(server, secret, logger);
  const frontDoor = new FrontDoor(control, logger);
  const sip = settings.sip ? await openSip(settings, frontDoor) : undefined;
  const trunk = sip && settings.sipTrunk && registerAt(settings.sipTrunk, sip);
  const isBusy = () => [...desks.values()].some(({ state }) => state !== null && isUnderWay(state));
  const inspector = new Inspector({ data: settings.data, keyFile: settings.recordingKeyFile, isBusy, logger });
  const inspect = (recordingId: string) => inspector.inspect(recordingId);
  const context: GatewayContext = { settings, server, control, logger, inspect, ...(sip ? { sip } : {}) };
  const calls = sip
    ? new Calls(
        { ...context, sip },
        {
          report: (roomId, command) => desks.get(roomId)?.report(command),
          state: (roomId) => desks.get(roomId)?.state ?? null,
        },
      )
    : undefined;

  control.onRooms(attend);

  /** One desk for every open room. */
  function attend(rooms: OpenRooms['rooms']): void {
    const open = new Set(rooms.map((room) => room.roomId));
    for (const [roomId, desk] of desks) {
      if (open.has(roomId)) continue;
      desks.delete(roomId);
      desk.close().catch((error: unknown) => logger.error({ roomId, err: error }, 'desk not closed'));
    }
    for (const roomId of open) {
      if (desks.has(roomId)) continue;
      const desk = new RoomDesk(context, roomId, calls);
      desks.set(roomId, desk);
      desk.open();
    }
  }

  // The first start of a job scans GStreamer's plug-ins, and shows whether there are any.
  const probe = await startEngine(mixContract, { logger }).catch((error: unknown) => {
    logger.error({ err: error }, 'the media engine does not start: no codecs, no recordings');
  });
  await probe?.stop();
  await inspector.start();

  const simulation = settings.demo ? startSimulation(context) : undefined;
  const sipHealth = sip ? ('ok' as const) : ('off' as const);
  const health = setInterval(() => {
    const trunkState = trunk && trunk.state !== 'registered' ? { detail: `trunk: ${trunk.state}` } : {};
    control
      .reportHealth({ sip: sipHealth, engine: engineHealth(), ...trunkState })
      .catch((error: unknown) => logger.debug({ err: error }, 'no health report'));
  }, HEALTH_INTERVAL_MS);

  let closing = false;
  async function close(): Promise<void> {
    if (closing) return;
    closing = true;
    clearInterval(health);
    setTimeout(() => process.exit(0), CLOSE_WITHIN_MS).unref();
    const callsOver = calls?.close();
    frontDoor.close();
    await Promise.all([...desks.values()].map((desk) => desk.close()));
    await inspector.close();
    await simulation?.close();
    await callsOver;
    await sip?.close();
    control.close();
    process.exit(0);
  }
  const end = () => void close().catch(() => process.exit(1));
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  // The supervisor was killed: nobody is left to restart us.
  process.on('disconnect', end);
  process.send?.({ type: 'ready' });
}

function readSettings(): Settings {
  try {
    return parseSettings(process.env, process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    for (const { name, given, allowed } of error.wrong) process.stderr.write(`${name}=${given} (${allowed})\n`);
    process.exit(2);
  }
}

/** Where the server is: told by the supervisor, otherwise on this machine. */
function serverUrl(settings: Settings): string {
  const local = settings.host === '0.0.0.0' || settings.host === '::' ? '127.0.0.1' : settings.host;
  return process.env.ROSTRUM_SERVER_URL ?? `https://${local}:${settings.port}`;
}

async function openSip(settings: Settings, frontDoor: FrontDoor): Promise<SipEdge> {
  const edge = createSipEdge(
    {
      host: settings.sipHost,
      advertised: ownAddress(settings).reachable,
      ...(settings.sipHost6 ? { host6: settings.sipHost6, advertised6: ownAddress(settings, '::1').reachable } : {}),
      port: settings.sipPort,
      realm: SIP_REALM,
      userAgent: 'Rostrum',
      ...(settings.sipTlsPort ? { tls: tlsOf(settings) } : {}),
    },
    { ...frontDoor.hooks, markUdp: (port) => markUdpSockets(port) },
  );
  try {
    await edge.start();
    frontDoor.attach(edge);
    return edge;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `ROSTRUM_SIP_PORT=${settings.sipPort} ROSTRUM_SIP_TLS_PORT=${settings.sipTlsPort}: ${reason}\n`,
    );
    process.exit(1);
  }
}

function registerAt({ uri: registrar, user, password }: Trunk, sip: SipEdge): Registration {
  return sip.register({ registrar, user, password, expiresSeconds: TRUNK_EXPIRES_S });
}

function tlsOf(settings: Settings): TlsSettings {
  const read = (path: string) => readFileSync(path, 'utf8');
  const ca = settings.sipTlsCa ? { ca: read(settings.sipTlsCa) } : {};
  return { port: settings.sipTlsPort, cert: read(settings.tlsCert), key: read(settings.tlsKey), ...ca };
}
