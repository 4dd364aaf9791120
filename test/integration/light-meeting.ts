/** A meeting of light codecs at a gateway of its own, for tests of what lines and processes do to calls. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { participantIdOfAddress } from '../../server/protocol/ids.ts';
import type { Call } from '../../server/protocol/records.ts';
import type { Answer } from '../../server/protocol/wire.ts';
import { obeyed } from '../e2e/centre.ts';
import { enginesOf } from '../load/_cost.ts';
import { GatewayProcess } from './gateway-process.ts';
import { CodecRack, type LightCodec, type LightOptions } from './light-codec.ts';
import { until } from './media-fixture.ts';
import { type Clip, pictureClip, toneClip } from './rtp-clips.ts';
import type { Peer } from './server-peers.ts';

/** A call's engine starts within seconds, also on a machine that does other things. */
export const SLOW_MS = 30_000;
const SPEAKER_HZ = 400;

export interface Member {
  codec: LightCodec;
  participantId: string;
  /** Of its engine. */
  pid: number;
}

export class LightMeeting {
  readonly gateway: GatewayProcess;
  readonly rack: CodecRack;
  readonly desk: Peer;
  readonly roomId: string;
  readonly #clips: { sound: Clip; picture: Clip };

  private constructor(
    gateway: GatewayProcess,
    rack: CodecRack,
    room: { desk: Peer; roomId: string },
    clips: { sound: Clip; picture: Clip },
  ) {
    this.gateway = gateway;
    this.rack = rack;
    this.desk = room.desk;
    this.roomId = room.roomId;
    this.#clips = clips;
  }

  /** @param sites who is invited and called as a site: tried again until it answers */
  static async open(sites: string[] = []): Promise<LightMeeting> {
    const size = { width: 320, height: 180, framesPerSecond: 15, kbps: 200, seconds: 4 } as const;
    const picture = await pictureClip({ ...size, codec: 'constrained-baseline' });
    const clips = { sound: await toneClip(SPEAKER_HZ), picture };
    const gateway = await GatewayProcess.start({ ROSTRUM_SIP_CALLERS: 'any' });
    const rack = await CodecRack.open();
    for (const name of sites) {
      const codec = await rack.add(name, clips);
      await gateway.addSite(name, { address: codec.uri });
    }
    return new LightMeeting(gateway, rack, await gateway.open(sites), clips);
  }

  get room(): string {
    return `sip:${this.roomId}@127.0.0.1:${this.gateway.sipPort}`;
  }

  get options(): LightOptions {
    return this.#clips;
  }

  get calls(): Call[] {
    return Object.values(this.desk.state.calls);
  }

  engines(): number[] {
    return enginesOf(this.gateway.pid, 'leg');
  }

  callOf({ participantId }: Pick<Member, 'participantId'>): Call | undefined {
    return this.calls.findLast((call) => call.participantId === participantId);
  }

  /** Dials a new codec. @param uri where it can be called, when that is not its own port */
  async join(name: string, uri?: string): Promise<Member> {
    const codec = await this.rack.add(name, this.options);
    const address = uri ?? codec.uri;
    const participantId = participantIdOfAddress(address);
    const dial = () => this.desk.command({ verb: 'dial', address, name });
    return { codec, participantId, ...(await this.arrival(participantId, dial)) };
  }

  /** Calls the room from a new codec; without a picture among its options it is a telephone. */
  async callIn(name: string, options = this.options): Promise<Member> {
    const codec = await this.rack.add(name, options);
    const participantId = participantIdOfAddress(codec.uri);
    const call = async (): Promise<Answer> => {
      await this.rack.call(codec, name, this.room);
      return { ok: true, result: {} };
    };
    return { codec, participantId, ...(await this.arrival(participantId, call)) };
  }

  /** One of those that `open` was told. */
  async joinSite(siteId: string): Promise<Member> {
    const codec = this.rack.codecs.get(siteId);
    if (!codec) throw new Error(`no site ${siteId}`);
    const participantId = `site-${siteId}`;
    const dial = () => this.desk.command({ verb: 'dialSite', siteId });
    return { codec, participantId, ...(await this.arrival(participantId, dial)) };
  }

  /** Does something that brings this participant in, and tells its engine. */
  async arrival(participantId: string, come: () => Promise<Answer>): Promise<{ pid: number }> {
    const before = new Set(this.engines());
    await obeyed(come());
    const isThere = () => {
      const participant = this.desk.state.participants[participantId];
      return participant?.presence === 'present' && participant.endpoint !== undefined;
    };
    await until(`${participantId} is there`, isThere, SLOW_MS);
    const pid = this.engines().find((engine) => !before.has(engine)) ?? 0;
    if (pid === 0) throw new Error(`${participantId} has no engine`);
    return { pid };
  }

  /** Everybody else hears its tone from now on. */
  async speak({ participantId }: Member): Promise<void> {
    const { desk } = this;
    await obeyed(desk.command({ verb: 'enterRequest', participantId }));
    const request = () =>
      desk.state.requests.find((one) => one.participantId === participantId && one.status === 'requested');
    await until('the request is seen', () => request() !== undefined);
    await obeyed(desk.command({ verb: 'grantFloor', requestId: request()?.id }));
  }

  async close(): Promise<void> {
    await this.rack.close();
    await this.gateway.close();
  }
}

export function hears({ codec }: Member): boolean {
  return codec.level(SPEAKER_HZ) > -40;
}

/** Fresh sound with the speaker's tone in it, and fresh pictures, within that time from now. */
export async function seesAndHears(member: Member, withinMs = SLOW_MS): Promise<void> {
  const { sound, picture } = member.codec;
  sound.heard.payloads.length = 0;
  const pictures = picture?.heard.markers ?? 0;
  const fresh = () => (picture?.heard.markers ?? 0) > pictures + 5 && hears(member);
  await until(`${member.codec.uri} sees and hears`, fresh, withinMs);
}

/** UDP ports that a process has bound (proc(5), net/udp). */
export function udpPortsOf(pid: number): number {
  const inodes = new Set(
    readFileSync('/proc/net/udp', 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/)[9]),
  );
  return socketsOf(pid).filter((inode) => inodes.has(inode)).length;
}

function socketsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`))?.[1];
    return inode === undefined ? [] : [inode];
  });
}

/** Empty when it has been closed meanwhile. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
