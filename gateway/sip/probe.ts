/** Is the peer of a silent dialog still there? Silence in RTP is no answer to that: a waiting room is silent for hours. */

export interface ProbeOptions {
  intervalMs: number;
  /** Sends one question; calls `answered` on any answer at all. */
  ask: (answered: () => void) => void;
  /** Three questions in a row were left without any answer. Called once. */
  onLost: () => void;
}

const patience = 3;

/** Starts asking; the returned function stops it. */
export function startProbe({ intervalMs, ask, onLost }: ProbeOptions): () => void {
  let unanswered = 0;
  const timer = setInterval(() => {
    if (unanswered >= patience) {
      clearInterval(timer);
      onLost();
      return;
    }
    unanswered += 1;
    ask(() => {
      unanswered = 0;
    });
  }, intervalMs);
  return () => clearInterval(timer);
}
