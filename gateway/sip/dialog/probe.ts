/**
 * Is the peer of a dialog still there? Silence in RTP is no answer to that: a muted site is silent for hours. Any answer to OPTIONS
 * is one, and so is anything else that is heard of it. With a question every 30 s, a peer of whom nothing at all is heard for three
 * questions is given up 90 to 120 s after it went, which outlasts a cut line of half a minute.
 */

export interface ProbeOptions {
  intervalMs: number;
  /** Sends one question; calls `answered` on any answer at all. */
  ask: (answered: () => void) => void;
  /** Three questions in a row were left without any answer. Called once. */
  onLost: () => void;
}

export interface Probe {
  /** The peer was heard: media or a request of its own. Some codecs answer no OPTIONS within a call. */
  heard(): void;
  stop(): void;
}

const patience = 3;

/** Starts asking. */
export function startProbe({ intervalMs, ask, onLost }: ProbeOptions): Probe {
  let unanswered = 0;
  const heard = () => {
    unanswered = 0;
  };
  const timer = setInterval(() => {
    if (unanswered >= patience) {
      clearInterval(timer);
      onLost();
      return;
    }
    unanswered += 1;
    ask(heard);
  }, intervalMs);
  return { heard, stop: () => clearInterval(timer) };
}
