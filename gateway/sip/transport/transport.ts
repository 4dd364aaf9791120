/** What the transports have in common. */
import type { Certificate } from './certificate.ts';
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
  /** A connection is no more; the next one from there may be another peer's. Never on UDP. */
  onGone: (from: Address) => void;
  /** False for a source that is met with silence: no connection of its is kept. */
  welcomes: (ip: string) => boolean;
  /** True for a source that has a call or a registration: when room runs out, others go first. */
  isKnown: (ip: string) => boolean;
  /** The octet that says DSCP and ECN, for connections; a UDP socket of Node's cannot have it. */
  typeOfService: number;
}

/** A bound transport. Owned by the listener that made it, which closes it. */
export interface Transport {
  /** As it stands in Via (RFC 3261 §20.42). */
  readonly protocol: 'UDP' | 'TCP' | 'TLS';
  /** True when the wire itself repeats what was lost, so that timers A, E and G are not needed. */
  readonly reliable: boolean;
  readonly port: number;
  /** Standing connections; 0 on UDP. */
  readonly connections: number;
  /** True if something sent there now can arrive without opening a connection; always on UDP. */
  reaches(to: Address): boolean;
  /** What the peer at the other end of this connection has presented; TLS only. */
  certificateOf(peer: Address): Certificate | undefined;
  send(text: string, to: Address): Promise<void>;
  close(): Promise<void>;
}
