/** Run as a process by the engine's tests: starts a mix, gives it work, prints its pid, and waits to be killed. */
import { mixContract } from '../../gateway/engine/mix-protocol.ts';
import { startEngine } from '../../gateway/engine/process.ts';
import { recordingLogger } from './engine-peers.ts';

const engine = await startEngine(mixContract, { logger: recordingLogger(), cacheFolder: process.argv[2] ?? '' });
const remote = { ip: '127.0.0.1', port: 9 };
await engine.request('addOutput', { outputId: 'room', rtp: { remote, payloadType: 111, ssrc: 1, cname: 'room' } });
process.stdout.write(`${engine.pid}\n`);
