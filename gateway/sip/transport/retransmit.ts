/**
 * The retransmission timers that sip.js leaves out because it was made for reliable transports: A for INVITE, E for other
 * requests, G for final answers to INVITE (RFC 3261 §17.1.1.2, §17.1.2.2, §17.2.1). Used on UDP only.
 */

/** Milliseconds, RFC 3261 §17.1.1.1 and §17.1.2.2. */
export const timing = { t1: 500, t2: 4_000, t4: 5_000 } as const;

export interface Retransmitter {
  /** The request was sent once and will be again. `key` names its client transaction. */
  armRequest(key: string, method: string, resend: () => void): void;
  /** The 3xx–6xx answer to an INVITE was sent once and will be again, until its ACK. `key` names the server transaction. */
  armFinal(key: string, resend: () => void): void;
  /** A response came in: INVITEs stop at any (§17.1.1.2), others slow down at a 1xx and stop at the final one (§17.1.2.2). */
  noteResponse(key: string, method: string, status: number): void;
  stop(key: string): void;
  /** How many messages are being repeated. */
  readonly size: number;
  /** Stops everything. */
  close(): void;
}

export function createRetransmitter(): Retransmitter {
  const armed = new Map<string, { timer: NodeJS.Timeout; slow: boolean }>();

  function stop(key: string): void {
    clearTimeout(armed.get(key)?.timer);
    armed.delete(key);
  }

  function arm(key: string, cap: number, resend: () => void): void {
    stop(key);
    let interval: number = timing.t1;
    let spent = 0;
    const fire = () => {
      spent += interval;
      const entry = armed.get(key);
      if (!entry || spent >= 64 * timing.t1) return stop(key);
      resend();
      interval = entry.slow ? timing.t2 : Math.min(interval * 2, cap);
      entry.timer = setTimeout(fire, interval);
    };
    armed.set(key, { timer: setTimeout(fire, interval), slow: false });
  }

  return {
    get size() {
      return armed.size;
    },
    armRequest: (key, method, resend) => arm(key, method === 'INVITE' ? Number.POSITIVE_INFINITY : timing.t2, resend),
    armFinal: (key, resend) => arm(key, timing.t2, resend),
    noteResponse(key, method, status) {
      const entry = armed.get(key);
      if (!entry) return;
      if (method === 'INVITE' || status >= 200) stop(key);
      else entry.slow = true;
    },
    stop,
    close() {
      for (const key of [...armed.keys()]) stop(key);
    },
  };
}
