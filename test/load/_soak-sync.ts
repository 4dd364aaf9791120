/** By how much the sound of a site is ahead of its picture where both arrive. */
import { decoded } from '../integration/engine-mix-peers.ts';
import type { Packet, Receiver } from '../integration/engine-peers.ts';
import { toneTrack } from '../integration/tone-track.ts';
import { CLIP_SECONDS, FRAMES_PER_SECOND } from './_soak-clips.ts';
import type { Arrived } from './_soak-frames.ts';

const LISTEN_SECONDS = 5;
const CLIP_FRAMES = CLIP_SECONDS * FRAMES_PER_SECOND;
/** A picture waits for the next composed one, which is this much later in the mean: the rate's doing, not the composer's. */
const HALF_FRAME_MS = 500 / FRAMES_PER_SECOND;
const NTP_TO_UNIX = 2_208_988_800;

/** What of the sound is at most kept. */
const KEPT_PACKETS = 50 * 3 * LISTEN_SECONDS;

/** The time that sender reports give a moment of a stream (RFC 3550 6.4.1), in ms; NaN before the first report. */
function capturedAt(report: Buffer | undefined, stamp: number, clockRate: number): number {
  if (report === undefined) return Number.NaN;
  const ntpMs = 1000 * (report.readUInt32BE(8) - NTP_TO_UNIX + report.readUInt32BE(12) / 2 ** 32);
  return ntpMs + (1000 * ((stamp - report.readUInt32BE(16)) | 0)) / clockRate;
}

const reportOf = ({ rtcp }: Receiver) => rtcp.findLast(({ bytes }) => bytes[1] === 200)?.bytes;

export class SyncMeter {
  /** In ms, the median of each measurement; positive when the sound is ahead. */
  readonly measured: number[] = [];
  readonly #picture: Receiver;
  readonly #sound: Receiver;
  readonly #hertz: number;
  #seconds: number[] = [];
  #before: number | undefined;

  constructor(picture: Receiver, sound: Receiver, hertz: number) {
    this.#picture = picture;
    this.#sound = sound;
    this.#hertz = hertz;
  }

  /** The site's frame of that number has been seen. */
  saw(number: number, { stamp }: Arrived): void {
    // Only of the very first picture of a second it is known when it should be heard.
    const follows = this.#before !== undefined && (this.#before + 1) % CLIP_FRAMES === number;
    if (follows && number % FRAMES_PER_SECOND === 0) {
      this.#seconds.push(capturedAt(reportOf(this.#picture), stamp, 90_000) - HALF_FRAME_MS);
      this.#seconds = this.#seconds.slice(-3 * LISTEN_SECONDS);
    }
    this.#before = number;
  }

  /** Listens to the last seconds. */
  async measure(): Promise<void> {
    for (const receiver of [this.#picture, this.#sound]) receiver.rtcp.splice(0, receiver.rtcp.length - 20);
    this.#sound.rtp.splice(0, this.#sound.rtp.length - KEPT_PACKETS);
    const beeps = await this.#beeps(this.#sound.rtp.slice(-50 * LISTEN_SECONDS));
    const ahead = this.#seconds.flatMap((seen) => {
      const heard = beeps.find((beep) => Math.abs(beep - seen) < 500);
      return heard === undefined ? [] : [seen - heard];
    });
    const median = ahead.toSorted((a, b) => a - b)[ahead.length >> 1];
    if (median !== undefined) this.measured.push(median);
  }

  async #beeps(packets: readonly Packet[]): Promise<number[]> {
    const [first] = packets;
    const report = reportOf(this.#sound);
    if (first === undefined || report === undefined) return [];
    const blocks = toneTrack(await decoded(packets), this.#hertz);
    const begins = blocks.filter(({ db }, index) => db > -30 && (blocks[index - 1]?.db ?? 0) <= -30);
    return begins.map(({ at }) => capturedAt(report, first.bytes.readUInt32BE(4) + 48 * at, 48_000));
  }
}
