/** How an association reaches its endpoint: one port of ours, and whoever speaks to it from outside. */
import { readHeader } from './codec.ts';

export interface Address {
  ip: string;
  port: number;
}

export interface Bind {
  /** Address literal. */
  ip: string;
  /** Inclusive. Any free port without it. */
  portRange?: { min: number; max: number };
}

export interface LinkOptions {
  bind: Bind;
  /** Whether a stranger's message may be our endpoint's, which a NAT made look like somebody else's. */
  isOurs: (message: Buffer) => boolean;
  onMessage: (message: Buffer) => void;
  /** Whether it is on us to say the first word (a client does): a connection can then not be known by what comes on it. */
  speaksFirst: boolean;
  /** TCP: there is a new connection, in the place of any old one. */
  onConnected: () => void;
  onDisconnected: () => void;
  onFault: (fault: { code: string; message: string }) => void;
}

export interface Link {
  readonly port: number;
  /** Dropped while the other side cannot be reached. */
  send(bytes: Buffer): void;
  /** The endpoint's address by its SDP. `setup` is ours (RFC 4145): TCP only. */
  connect(remote: Address, setup: 'active' | 'passive'): void;
  /** Ends every socket and timer; resolves when they are gone. */
  close(): Promise<void>;
}

/** What a message says of itself is all that a NAT leaves to know the endpoint by. */
export function isOf(message: Buffer, conferenceId: number, userId: number): boolean {
  const header = readHeader(message);
  return header?.conferenceId === conferenceId && header.userId === userId;
}

/** Tries the ports of the range, each once, from somewhere in its middle on; rejects with the last failure. */
export async function bindInRange<T>({ portRange }: Bind, tryPort: (port: number) => Promise<T>): Promise<T> {
  if (!portRange) return tryPort(0);
  const count = portRange.max - portRange.min + 1;
  const start = Math.floor(Math.random() * count);
  let failure: unknown = new Error('empty port range');
  for (let step = 0; step < count; step += 1) {
    try {
      return await tryPort(portRange.min + ((start + step) % count));
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
