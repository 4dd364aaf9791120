/** A meeting of light codecs, and which engine process is whose. */
import { participantIdOfAddress } from '../../server/protocol/ids.ts';
import { obeyed } from '../e2e/centre.ts';
import type { GatewayProcess } from '../integration/gateway-process.ts';
import { CodecRack, type LightCodec, type LightOptions } from '../integration/light-codec.ts';
import { until } from '../integration/media-fixture.ts';
import type { Peer } from '../integration/server-peers.ts';
import { enginesOf } from './_cost.ts';

export interface MeasuredLeg {
  codec: LightCodec;
  participantId: string;
  /** Of its engine. */
  pid: number;
}

const SLOW_MS = 60_000;

export class LegsRoom {
  readonly rack: CodecRack;
  readonly desk: Peer;
  readonly #gateway: GatewayProcess;
  readonly #uri: string;

  private constructor(gateway: GatewayProcess, rack: CodecRack, room: { desk: Peer; roomId: string }) {
    this.#gateway = gateway;
    this.rack = rack;
    this.desk = room.desk;
    this.#uri = `sip:${room.roomId}@127.0.0.1:${gateway.sipPort}`;
  }

  static async open(gateway: GatewayProcess): Promise<LegsRoom> {
    return new LegsRoom(gateway, await CodecRack.open(), await gateway.open());
  }

  /** Dials a new codec, or has it call: what only few endpoints send is never offered to them. Resolves when it is there. */
  async join(name: string, options: LightOptions, by: 'us' | 'codec' = 'us'): Promise<MeasuredLeg> {
    const before = new Set(this.engines());
    const codec = await this.rack.add(name, options);
    if (by === 'us') await obeyed(this.desk.command({ verb: 'dial', address: codec.uri, name }));
    else await this.rack.call(codec, name, this.#uri);
    const participantId = participantIdOfAddress(codec.uri);
    await until(`${name} is there`, () => this.desk.state.participants[participantId]?.endpoint !== undefined, SLOW_MS);
    const pid = this.engines().find((engine) => !before.has(engine));
    if (pid === undefined) throw new Error(`${name} has no engine`);
    return { codec, participantId, pid };
  }

  async leave({ participantId, pid }: MeasuredLeg): Promise<void> {
    const call = Object.values(this.desk.state.calls).find(
      (one) => one.participantId === participantId && one.status === 'answered',
    );
    await obeyed(this.desk.command({ verb: 'hangUp', callId: call?.id }));
    await until('its engine is gone', () => !this.engines().includes(pid), SLOW_MS);
  }

  engines(): number[] {
    return enginesOf(this.#gateway.pid, 'leg');
  }

  async openMicrophone({ participantId }: MeasuredLeg): Promise<void> {
    await obeyed(this.desk.command({ verb: 'enterRequest', participantId }));
    const request = () =>
      this.desk.state.requests.find((one) => one.participantId === participantId && one.status === 'requested');
    await until('the request is seen', () => request() !== undefined);
    await obeyed(this.desk.command({ verb: 'grantFloor', requestId: request()?.id }));
  }
}
