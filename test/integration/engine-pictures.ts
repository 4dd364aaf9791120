/** What the engine's picture looks like: its H.264 taken off RTP and decoded by ffmpeg. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { launch, type Packet, type Peer } from './engine-peers.ts';

const startCode = Buffer.from([0, 0, 0, 1]);

/**
 * Takes H.264 off RTP. Only single NAL unit packets are allowed (RFC 6184 6.2, packetization-mode 0): anything else
 * throws, as does a lost packet.
 */
export function depacketise(packets: readonly Packet[]): Buffer {
  const parts: Buffer[] = [];
  let expected: number | undefined;
  for (const { bytes } of packets) {
    const number = bytes.readUInt16BE(2);
    if (expected !== undefined && number !== expected) throw new Error(`packet ${number}, not ${expected}`);
    expected = (number + 1) & 0xffff;
    const nal = bytes.subarray(12 + 4 * ((bytes[0] ?? 0) & 15));
    const type = (nal[0] ?? 0) & 31;
    if (type < 1 || type > 23) throw new Error(`NAL unit of type ${type} needs packetization-mode 1`);
    if (bytes.length > 1200) throw new Error(`packet of ${bytes.length} bytes`);
    parts.push(startCode, nal);
  }
  return Buffer.concat(parts);
}

/** The last packet of each frame. */
export const framesOf = (packets: readonly Packet[]) => packets.filter(({ bytes }) => ((bytes[1] ?? 0) & 0x80) !== 0);

/** The longest time between two frames on the stream's own clock of 90 kHz, in milliseconds. */
export function longestPause(packets: readonly Packet[]): number {
  const stamps = framesOf(packets).map(({ bytes }) => bytes.readUInt32BE(4));
  return Math.max(0, ...stamps.slice(1).map((stamp, index) => ((stamp - (stamps[index] ?? 0)) >>> 0) / 90));
}

/** A key frame has slices of an IDR picture, NAL unit type 5, all with one timestamp. */
export const keyFramesOf = (packets: readonly Packet[]) =>
  new Set(packets.filter(({ bytes }) => ((bytes[12] ?? 0) & 31) === 5).map(({ bytes }) => bytes.readUInt32BE(4))).size;

/** How many sequence parameter sets (NAL unit type 7) there are: one belongs before each key frame, none inside. */
export const parameterSetsOf = (packets: readonly Packet[]) =>
  packets.filter(({ bytes }) => ((bytes[12] ?? 0) & 31) === 7).length;

/** One decoded picture: `colourAt` takes fractions and answers with [red, green, blue], 0 to 255. */
export interface Picture {
  colourAt(x: number, y: number): [number, number, number];
}

/** All pictures that arrived, from the first key frame on, scaled to a size. */
export async function decode(packets: readonly Packet[], across: number, down: number): Promise<Picture[]> {
  const args = '-v error -f h264 -i - -fps_mode passthrough -f rawvideo -pix_fmt rgb24'.split(' ');
  const ffmpeg = spawn('ffmpeg', [...args, '-vf', `scale=${across}:${down}:flags=area`, '-'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const output: Buffer[] = [];
  ffmpeg.stdout.on('data', (part: Buffer) => output.push(part));
  ffmpeg.stdin.on('error', () => undefined);
  ffmpeg.stdin.end(depacketise(packets));
  await once(ffmpeg, 'close');
  const raw = Buffer.concat(output);
  const bytes = across * down * 3;
  return Array.from({ length: Math.floor(raw.length / bytes) }, (_, index) => {
    const frame = raw.subarray(index * bytes, (index + 1) * bytes);
    return {
      colourAt(x: number, y: number) {
        const at = 3 * (Math.floor(y * down) * across + Math.floor(x * across));
        return [frame[at] ?? 127, frame[at + 1] ?? 127, frame[at + 2] ?? 127];
      },
    };
  });
}

/** The last picture that arrived, small; grey before the first key frame. */
export async function lastPicture(packets: readonly Packet[]): Promise<Picture & { frames: number }> {
  const pictures = await decode(packets, 64, 36);
  const last = pictures.at(-1) ?? { colourAt: () => [127, 127, 127] };
  return { frames: pictures.length, colourAt: last.colourAt };
}

export const colours = { red: [255, 0, 0], green: [0, 255, 0], blue: [0, 0, 255], yellow: [255, 255, 0] } as const;
export type Colour = keyof typeof colours;

export function isColour(found: readonly number[], wanted: Colour): boolean {
  return colours[wanted].every((part, index) => Math.abs(part - (found[index] ?? 0)) < 48);
}

export function isDark(found: readonly number[]): boolean {
  return found.every((part) => part < 64);
}

const encoders = {
  VP8: 'vp8enc deadline=1 cpu-used=8 target-bitrate=300000 ! rtpvp8pay',
  H264: 'x264enc tune=zerolatency speed-preset=ultrafast bitrate=300 ! video/x-h264,profile=constrained-baseline ! rtph264pay config-interval=-1',
};

export interface CameraOptions {
  readonly codec: keyof typeof encoders;
  readonly colour: Colour;
  readonly ssrc: number;
  readonly to: number;
  /** Where it takes RTCP, to answer a PLI with a key frame; it sends none otherwise but the first. */
  readonly rtcpPort: number;
  readonly width?: number;
  readonly height?: number;
}

/** A camera that sees one colour, payload type 96, 15 frames per second. */
export function startCamera({ codec, colour, ssrc, to, rtcpPort, width = 320, height = 180 }: CameraOptions): Peer {
  const [red, green, blue] = colours[colour];
  const argb = 0xff000000 + red * 0x10000 + green * 0x100 + blue;
  const keyFrames = codec === 'VP8' ? 'keyframe-max-dist=9999' : 'key-int-max=9999';
  return launch(
    `rtpbin name=rtp rtp-profile=avpf videotestsrc is-live=true pattern=solid-color foreground-color=${argb} ! video/x-raw,width=${width},height=${height},framerate=15/1 ! ${encoders[codec].replace(' ', ` ${keyFrames} `)} pt=96 ssrc=${ssrc} ! rtp.send_rtp_sink_0 rtp.send_rtp_src_0 ! udpsink host=127.0.0.1 port=${to} rtp.send_rtcp_src_0 ! udpsink host=127.0.0.1 port=${to} sync=false async=false udpsrc port=${rtcpPort} address=127.0.0.1 caps=application/x-rtcp ! rtp.recv_rtcp_sink_0`,
  );
}
