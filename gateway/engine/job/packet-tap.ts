/** Put behind a jitter buffer, what follows with `!` behind it: keeps the packet that passed last, for `stream-clock.ts`. */
export const packetTap = 'tee name=packets packets. ! fakesink name=latest sync=false async=false packets.';

/** The end of a branch: `out` counts the buffers that came through. */
export const countedOut = 'identity name=out silent=true';
