import type { EndpointAudio } from '../../leg-protocol.ts';
import type { Branch } from '../branch.ts';
import { packetSink, pullPackets } from '../packet-sink.ts';
import { elementOf } from '../rtp.ts';
import { readRtp } from '../rtp-packet.ts';
import type { EndpointStream } from './leg-endpoint.ts';
import { pickPayload } from './leg-rtp.ts';
import { TelephoneEvents } from './telephone-events.ts';

/** The keys that are pressed at the endpoint, out of the telephone events among its sound (RFC 4733). */
export class LegDigits {
  readonly #endpoint: EndpointStream;
  readonly #onDigit: (digit: string) => void;
  #events = new TelephoneEvents();
  #branch: Branch | undefined;
  #payloadType: number | undefined;

  constructor(endpoint: EndpointStream, onDigit: (digit: string) => void) {
    this.#endpoint = endpoint;
    this.#onDigit = onDigit;
  }

  connect(payloadType: EndpointAudio['dtmfPayloadType']): void {
    if (payloadType === this.#payloadType) return;
    this.#payloadType = payloadType;
    this.close();
    if (payloadType === undefined) return;
    const description = `identity name=in silent=true ! ${pickPayload(payloadType)} ! ${packetSink('events', 500)}`;
    this.#branch = this.#endpoint.branch(description);
  }

  poll(): void {
    if (this.#branch === undefined) return;
    for (const bytes of pullPackets(elementOf(this.#branch.bin, 'events'))) {
      const packet = readRtp(bytes);
      const digit = packet && this.#events.read(packet);
      if (digit !== undefined) this.#onDigit(digit);
    }
  }

  close(): void {
    this.#branch?.remove();
    this.#branch = undefined;
  }
}
