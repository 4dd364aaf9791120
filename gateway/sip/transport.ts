/** What the two transports have in common; TLS will be a third one. */
import type { Address } from './wire.ts';

export interface TransportOptions {
  /** Address literal to bind. */
  host: string;
  /** 0 picks a free one. */
  port: number;
  /** One whole message, exactly as it came. Must not throw. */
  onMessage: (bytes: Buffer, from: Address) => void;
  /** Something was wrong with the wire itself; for the log. */
  onFault: (fault: { code: string; from?: Address; message?: string }) => void;
}

/** A bound transport. Owned by the listener that made it, which closes it. */
export interface Transport {
  /** As it stands in Via (RFC 3261 §20.42). */
  readonly protocol: 'UDP' | 'TCP';
  /** True when the wire itself repeats what was lost, so that timers A, E and G are not needed. */
  readonly reliable: boolean;
  readonly port: number;
  /** True if something sent there now can arrive without opening a connection; always on UDP. */
  reaches(to: Address): boolean;
  send(text: string, to: Address): Promise<void>;
  close(): Promise<void>;
}
