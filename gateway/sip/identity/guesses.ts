/**
 * Passwords that somebody gets wrong. The gate bans strangers who fail too often, but never an address that belongs to a site; from
 * there too a password must not be tried again and again. Whether the account exists makes no difference. Pure.
 */
export interface Guesses {
  /** False while too many have been wrong: then the next one is not even looked at. */
  allows(ip: string, user: string, now: number): boolean;
  noteWrong(ip: string, user: string, now: number): void;
  noteRight(ip: string, user: string): void;
  readonly size: number;
}

/** Milliseconds and counts. Above `most` the eldest are forgotten. */
const bounds = { wrong: 10, pauseMs: 60_000, most: 1_024 };

export function createGuesses(): Guesses {
  const wrong = new Map<string, { count: number; at: number }>();
  const keyOf = (ip: string, user: string) => `${ip} ${user.slice(0, 128)}`;

  return {
    allows(ip, user, now) {
      const known = wrong.get(keyOf(ip, user));
      if (known && known.at + bounds.pauseMs <= now) wrong.delete(keyOf(ip, user));
      else if (known && known.count >= bounds.wrong) return false;
      return true;
    },
    noteWrong(ip, user, now) {
      const key = keyOf(ip, user);
      const count = (wrong.get(key)?.count ?? 0) + 1;
      wrong.delete(key);
      wrong.set(key, { count, at: now });
      const [eldest] = wrong.keys();
      if (wrong.size > bounds.most && eldest !== undefined) wrong.delete(eldest);
    },
    noteRight: (ip, user) => void wrong.delete(keyOf(ip, user)),
    get size() {
      return wrong.size;
    },
  };
}
