/** What is on a picture and in a sound: enough to find the colour and the tone that another party sent. Needs Debian's ffmpeg. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type Colour = readonly [red: number, green: number, blue: number];

/**
 * Mean colour, 0 to 255 each, of a picture file (the first frame of a video file) or of a part of it: `area` in fractions of
 * width and height.
 */
export async function colourOf(
  file: string,
  area: { x: number; y: number; width: number; height: number } = { x: 0, y: 0, width: 1, height: 1 },
): Promise<Colour> {
  const crop = `crop=iw*${area.width}:ih*${area.height}:iw*${area.x}:ih*${area.y},scale=1:1:flags=area,format=rgb24`;
  const input = ['-v', 'error', '-i', file, '-vf', crop, '-frames:v', '1'];
  const { stdout } = await run('ffmpeg', [...input, '-f', 'rawvideo', '-'], { encoding: 'buffer' });
  return [stdout[0] ?? 0, stdout[1] ?? 0, stdout[2] ?? 0];
}

/** Distance of two colours, 0 to about 441; below 80 the eye would give them the same name. */
export function colourDistance(a: Colour, b: Colour): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/**
 * Level of one tone in a sound or video file, in dB of full scale; a pure sine at full scale is 0. `from` and `seconds` pick a part
 * of it. Silence is −120.
 */
export async function toneLevel(
  file: string,
  hz: number,
  part: { from?: number; seconds?: number } = {},
): Promise<number> {
  const rate = 16_000;
  const cut = ['-ss', String(part.from ?? 0), ...(part.seconds === undefined ? [] : ['-t', String(part.seconds)])];
  const output = ['-ac', '1', '-ar', String(rate), '-f', 's16le', '-'];
  const options = { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 } as const;
  const { stdout } = await run('ffmpeg', ['-v', 'error', ...cut, '-i', file, ...output], options);
  const samples = new Int16Array(stdout.buffer, stdout.byteOffset, Math.floor(stdout.length / 2));
  return toneLevelOf(samples, hz, rate);
}

/** As `toneLevel`. In blocks of 100 ms, so that a jump of the phase, where a packet was lost, does not cancel a tone out. */
export function toneLevelOf(samples: Int16Array, hz: number, rate: number): number {
  const block = rate / 10;
  let power = 0;
  let blocks = 0;
  for (let start = 0; start + block <= samples.length; start += block) {
    let [real, imaginary] = [0, 0];
    for (let index = 0; index < block; index += 1) {
      const angle = (2 * Math.PI * hz * index) / rate;
      const sample = (samples[start + index] ?? 0) / 32_768;
      real += sample * Math.cos(angle);
      imaginary -= sample * Math.sin(angle);
    }
    power += (2 * Math.hypot(real, imaginary)) ** 2 / block ** 2;
    blocks += 1;
  }
  return Math.max(-120, 10 * Math.log10(power / Math.max(blocks, 1) || 1e-12));
}
