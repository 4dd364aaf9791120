/**
 * The least that packets of a call can cost: a process that passes them on, and does nothing else. Forked with how many
 * streams there are and the port that takes them all; answers with the ports of the streams.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const [streams = 0, to = 0] = process.argv.slice(2).map(Number);
const ports: number[] = [];
for (let stream = 0; stream < streams; stream += 1) {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1_000_000 });
  socket.on('message', (bytes) => socket.send(bytes, to, '127.0.0.1'));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  ports.push(socket.address().port);
}
process.once('disconnect', () => process.exit(0));
process.send?.(ports);
