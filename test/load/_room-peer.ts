/** The least that a meeting can be: everyone is told of everyone who comes, and every message is answered. No rules, no media. */
import { createServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Server } from 'socket.io';

const RESOLUTION_MS = 1;
const server = createServer();
const io = new Server(server, { transports: ['websocket'] });
const loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
loop.enable();
io.of('/room').on('connection', (socket) => {
  socket.emit('welcome', { participantId: socket.id });
  socket.broadcast.emit('event', { joined: socket.id, about: 'x'.repeat(300) });
  socket.onAny((_name, _message, acknowledge) => acknowledge({ ok: true }));
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : 0 });
});
process.on('message', () => {
  process.send?.({ loopDelayP99Ms: Math.max(0, loop.percentile(99) / 1e6 - RESOLUTION_MS) });
  loop.reset();
});
