/** A port that takes packets and never looks at them: on a real line they would be somebody else's work. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const socket = createSocket('udp4');
socket.bind(0, '127.0.0.1');
await once(socket, 'listening');
process.send?.(socket.address().port, () => {
  // Asleep for good: what the socket cannot hold the kernel drops. Whoever forked it ends it.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});
