import type { Logger } from 'pino';
import type { Settings } from '../../server/config.ts';
import type { CallId } from '../../server/protocol/ids.ts';
import type { CallCause, Encryption, Endpoint, LineCapacity } from '../../server/protocol/records.ts';
import { type LegContract, legContract } from '../engine/leg-protocol.ts';
import { markUdpSockets } from '../engine/mark-socket.ts';
import { EngineError, type EngineProcess, startEngine } from '../engine/process.ts';
import type { ServerAddress } from '../session/wire.ts';
import type { Quirks } from '../sip/index.ts';
import { LegContent } from './leg-content.ts';
import { localMedia, Negotiation, ownAddress } from './media.ts';

export interface LegOptions {
  settings: Settings;
  server: ServerAddress;
  logger: Logger;
  /** What the endpoint reads while there is no program. */
  slide: string;
  callId: CallId;
  encryption: Encryption;
  /** What is configured of the endpoint's line. */
  line?: LineCapacity | undefined;
  /** Where it is known: it is met on the same family. */
  peer?: string | undefined;
  /** Of the endpoint, where it is known. */
  quirks?: Quirks;
  /** What this endpoint turned out to be able to; again when that changes. */
  onEndpoint(endpoint: Endpoint): void;
  /** The leg is over; called once. */
  onEnd(cause: CallCause): void;
}

/** What it takes to make one. Whoever gets it owns it. */
export interface LegOpening {
  engine: EngineProcess<LegContract>;
  content: LegContent;
  negotiation: Negotiation;
}

/** Starts the engine and binds the ports: all of it or nothing. Rejects also where the engine has ended meanwhile. */
export async function prepareLeg(
  options: Omit<LegOptions, 'server' | 'callId' | 'onEndpoint' | 'onEnd'>,
  start: () => Promise<EngineProcess<LegContract>> = () => startEngine(legContract, { logger: options.logger }),
): Promise<LegOpening> {
  const { settings, logger, encryption, peer, line, slide } = options;
  const own = ownAddress(settings, peer);
  const portRange = { min: settings.sipMediaPorts.first, max: settings.sipMediaPorts.last };
  const engine = await start();
  let hasEnded = false;
  engine.onExit(() => {
    hasEnded = true;
  });
  let content: LegContent | undefined;
  try {
    const streams = { audio: true, video: true, content: true, camera: true };
    const ports = await engine.request('open', { ...streams, bindAddress: own.bind, portRange, slideText: slide });
    content = await LegContent.open({ ip: own.bind, portRange, logger, markUdp: markUdpSockets });
    // Later it ends the leg, which tells its owner; he would be told before he has it.
    if (hasEnded) throw new EngineError('engineExited', 'the process has ended');
    const local = localMedia(own.reachable, { ...ports, floorControl: content.local }, encryption, line);
    return { engine, content, negotiation: new Negotiation(local, options.quirks) };
  } catch (error) {
    await Promise.all([engine.stop(), content?.close()]);
    throw error;
  }
}
