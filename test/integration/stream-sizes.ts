import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Packet } from './engine-peers.ts';
import { depacketise } from './engine-pictures.ts';

/** What a stream of H.264 is decoded to, from first to last: `640x360`, each change once. */
export async function sizesOf(packets: readonly Packet[]): Promise<string[]> {
  const options = '-v error -f h264 -show_entries frame=width,height -of csv=p=0:s=x -i -';
  const ffprobe = spawn('ffprobe', options.split(' '), { stdio: ['pipe', 'pipe', 'ignore'] });
  let text = '';
  ffprobe.stdout.on('data', (part: Buffer) => {
    text += part;
  });
  ffprobe.stdin.on('error', () => undefined);
  ffprobe.stdin.end(depacketise(packets));
  await once(ffprobe, 'close');
  const sizes = [...text.matchAll(/\d+x\d+/g)].map(([size]) => size);
  return sizes.filter((size, index) => size !== sizes[index - 1]);
}
