import type { Receiver } from '../integration/engine-peers.ts';
import { type Clip, renumbered } from '../integration/rtp-clips.ts';

const TICK_MS = 4;
export const PAYLOAD_TYPE = 96;

/** Sends a clip again and again, its frames at their times, and knows when it sent which. */
export class ClipSender {
  readonly ssrc: number;
  /** `performance.now()` at the last packet of frame n of the clip, the latest time it was sent. */
  readonly sentAt = new Map<number, number>();
  readonly #clip: Clip;
  readonly #framesPerSecond: number;
  readonly #socket: Pick<Receiver, 'send'>;
  readonly #ports: number[];
  readonly #begun = performance.now();
  readonly #timer: NodeJS.Timeout;
  #sequence = 0;
  #rounds = 0;
  #next = 0;

  constructor(socket: Pick<Receiver, 'send'>, ssrc: number, clip: Clip, framesPerSecond: number, ports: number[]) {
    this.#socket = socket;
    this.ssrc = ssrc;
    this.#clip = clip;
    this.#framesPerSecond = framesPerSecond;
    this.#ports = ports;
    this.#timer = setInterval(() => this.#sendDue(), TICK_MS);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #sendDue(): void {
    const { packets, clockRate, length } = this.#clip;
    const elapsed = ((performance.now() - this.#begun) / 1000) * clockRate;
    for (;;) {
      const packet = packets[this.#next];
      if (!packet || this.#rounds * length + packet.at > elapsed) return;
      const timestamp = this.#rounds * length + packet.at;
      const numbers = { ssrc: this.ssrc, payloadType: PAYLOAD_TYPE, sequence: this.#sequence, timestamp };
      const bytes = renumbered(packet.bytes, numbers);
      for (const port of this.#ports) this.#socket.send(bytes, port);
      this.sentAt.set(Math.round((packet.at / clockRate) * this.#framesPerSecond), performance.now());
      this.#sequence += 1;
      this.#next = (this.#next + 1) % packets.length;
      if (this.#next === 0) this.#rounds += 1;
    }
  }
}
