/** Sites that come to a composer and go again: each sends who it is and which frame, and one of them a beep each second. */
import type { mixContract } from '../../gateway/engine/mix-protocol.ts';
import type { pictureContract } from '../../gateway/engine/picture-protocol.ts';
import type { EngineProcess } from '../../gateway/engine/process.ts';
import { openReceiver } from '../integration/engine-peers.ts';
import type { Clip } from '../integration/rtp-clips.ts';
import { ClipSender, PAYLOAD_TYPE } from './_clip-sender.ts';
import { beepClip, FRAMES_PER_SECOND, humClip, identities, identityClip } from './_soak-clips.ts';
import type { Witness } from './_soak-judge.ts';

export type Picture = EngineProcess<typeof pictureContract>;
export type Mix = EngineProcess<typeof mixContract>;

/** The site that is always there, and beeps. */
export const CHAIR = 'site-0';
export const BEEP_HERTZ = 1000;
const NAMES = ['Hà Nội', 'Huế', 'Đà Nẵng', 'Cần Thơ', 'Điện Biên', 'Quảng Ngãi', 'Bạc Liêu', 'Kỳ Sơn'];

export interface SiteClips {
  readonly pictures: readonly Clip[];
  readonly beep: Clip;
  readonly hum: Clip;
}

export async function siteClips(): Promise<SiteClips> {
  const pictures: Clip[] = [];
  for (const identity of identities) pictures.push(await identityClip(identity));
  return { pictures, beep: await beepClip(BEEP_HERTZ), hum: await humClip(300) };
}

interface Site extends Witness {
  close(): void;
}

/** Whoever makes them closes them. */
export class Sites {
  /** All that ever were, by input. */
  readonly known: ReadonlyMap<string, Witness>;
  /** Names of those that are there, by input. */
  readonly present = new Map<string, string>();
  joins = 0;
  readonly #sites = new Map<string, Site>();
  readonly #engines: { picture: Picture; mix: Mix };
  readonly #clips: SiteClips;

  constructor(engines: { picture: Picture; mix: Mix }, clips: SiteClips) {
    this.#engines = engines;
    this.#clips = clips;
    this.known = this.#sites;
  }

  /** Without the one that is always there. */
  get others(): string[] {
    return [...this.present.keys()].filter((inputId) => inputId !== CHAIR);
  }

  get isFull(): boolean {
    return this.present.size === identities.length;
  }

  async join(): Promise<void> {
    const used = new Set([...this.present.keys()].map((inputId) => this.#sites.get(inputId)?.identity));
    const index = identities.findIndex((identity) => !used.has(identity));
    const [identity, pictures] = [identities[index], this.#clips.pictures[index]];
    if (identity === undefined || pictures === undefined) throw new Error('nobody is left to join');
    const inputId = `site-${this.joins}`;
    const { sender, close } = await this.#connect(inputId, pictures);
    this.joins += 1;
    const [joinedAt, leftAt] = [performance.now(), Number.POSITIVE_INFINITY];
    this.#sites.set(inputId, { identity, sender, joinedAt, leftAt, close });
    this.present.set(inputId, NAMES[index] ?? '');
  }

  async leave(inputId: string): Promise<void> {
    const site = this.#sites.get(inputId);
    if (site === undefined) return;
    site.leftAt = performance.now();
    this.present.delete(inputId);
    const { picture, mix } = this.#engines;
    await picture.request('removeInput', { inputId });
    await mix.request('removeInput', { inputId });
    site.close();
    site.close = () => undefined;
  }

  close(): void {
    for (const site of this.#sites.values()) site.close();
  }

  async #connect(inputId: string, pictures: Clip): Promise<{ sender: ClipSender; close: () => void }> {
    const { picture, mix } = this.#engines;
    const socket = await openReceiver();
    const remote = { ip: '127.0.0.1', port: socket.port };
    const ssrc = 100 + 2 * this.joins;
    const stream = { payloadType: PAYLOAD_TYPE, remote };
    const seen = await picture.request('addInput', {
      inputId,
      rtp: { ...stream, ssrc, codec: 'H264', clockRate: 90_000 },
    });
    const heard = await mix.request('addInput', {
      inputId,
      rtp: { ...stream, ssrc: ssrc + 1, codec: 'opus', clockRate: 48_000 },
      levelling: false,
    });
    const sender = new ClipSender(socket, ssrc, pictures, FRAMES_PER_SECOND, [seen.rtpPort]);
    const voice = inputId === CHAIR ? this.#clips.beep : this.#clips.hum;
    const speaker = new ClipSender(socket, ssrc + 1, voice, 50, [heard.rtpPort]);
    const close = () => {
      sender.close();
      speaker.close();
      socket.close();
    };
    return { sender, close };
  }
}
