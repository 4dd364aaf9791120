/**
 * A headless baresip as a hardware codec for tests: it dials and answers, sends a coloured picture and a tone, and keeps what it
 * hears (WAV) and sees (PNG). Needs Debian's baresip-core, baresip-ffmpeg and ffmpeg. Loopback only.
 *
 *   const codec = await startBaresip({ user: 'codec1', colour: 'red', toneHz: 440, transport: 'tcp' });
 *   await codec.dial('sip:ROOM@127.0.0.1:5060;transport=tcp');
 *   await codec.waitFor('CALL_ESTABLISHED');
 *   const png = await codec.snapshot();          // what it sees now
 *   await codec.hangUp();
 *   const wav = await codec.heard();             // what it heard, complete once the call is over
 *   await codec.close();                         // ends the process; removes its folder
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type BaresipEvent, openControl } from './baresip-control.ts';

export interface BaresipOptions {
  /** User part of its address, and its name. */
  user: string;
  /** Over which it calls and says it can be called. Default udp. */
  transport?: 'udp' | 'tcp' | 'tls';
  /** Registers here, e.g. `127.0.0.1:5060`, as its user, with this password, every `seconds`. */
  registrar?: { host: string; password: string; seconds: number };
  /** In baresip's own words, e.g. `PCMA/8000/1`, `G722/16000/1`, `opus/48000/2`. Default: all it has, opus first. */
  audioCodecs?: readonly string[];
  /** Its microphone: a sine of this frequency. Default 440. */
  toneHz?: number;
  /** Its camera: one colour, as ffmpeg names it (`red`, `0x00ff00`). Without one it has no video at all. */
  colour?: string;
  /** Default 640x480 at 15 frames a second. */
  size?: `${number}x${number}`;
  /** `auto` takes every call at once; `manual` rings until `accept`. Default auto. */
  answer?: 'auto' | 'manual';
  /** How it protects its media, in its own words. Default: not at all. */
  encryption?: 'srtp' | 'srtp-mand' | 'dtls_srtp';
  /** RTP and RTCP on one port (RFC 5761). Default false. */
  rtcpMux?: boolean;
  /** How long its picture and tone last, in seconds. Default 90. */
  seconds?: number;
  /** It is at another end of this line (`test/e2e/shaped-line.ts`), by which it is told what to do too. */
  line?: { readonly site: string; at(command: string, args: readonly string[]): [string, string[]] };
}

export interface Baresip {
  /** Where it can be called, e.g. `sip:codec1@127.0.0.1:40112;transport=tcp`. */
  readonly uri: string;
  readonly port: number;
  /** Its folder: configuration, recordings, snapshots, log. */
  readonly directory: string;
  /** Everything that happened, oldest first. */
  readonly events: readonly BaresipEvent[];
  dial(uri: string): Promise<void>;
  accept(): Promise<void>;
  hangUp(): Promise<void>;
  /** Holds or resumes the current call: a re-INVITE. */
  hold(on: boolean): Promise<void>;
  /** Any command of its own, e.g. `command('callstat')`; its text answer. */
  command(name: string, parameters?: string): Promise<string>;
  /** The next event of a type that no earlier `waitFor` has taken. */
  waitFor(type: string, timeoutMs?: number): Promise<BaresipEvent>;
  /** Path of a WAV file with what it hears; complete once the call is over. Rejects if it heard nothing. */
  heard(): Promise<string>;
  /** Path of a new PNG with the picture it sees now. Rejects if none comes within 5 s. */
  snapshot(): Promise<string>;
  /** Its log so far, for the message of a failed test. */
  log(): string;
  close(): Promise<void>;
}

const loopback = '127.0.0.1';
const run = promisify(execFile);

/** Resolves when it can be called. The caller owns it and closes it. */
export async function startBaresip(options: BaresipOptions): Promise<Baresip> {
  const directory = await mkdtemp(join(tmpdir(), `baresip-${options.user}-`));
  const port = await freeSipPort();
  const controlPort = await freeTcpPort();
  const transport = options.transport ?? 'udp';
  const address = options.line?.site ?? loopback;
  const uri = `sip:${options.user}@${address}:${port};transport=${transport}`;
  await writeSources(directory, options);
  await writeFile(join(directory, 'config'), configText(directory, port, controlPort, options));
  await writeFile(
    join(directory, 'accounts'),
    `${accountLine(options.registrar ? uri.replace(`${address}:${port}`, options.registrar.host) : uri, options)}\n`,
  );
  await writeFile(join(directory, 'contacts'), '');

  let output = '';
  const [program, args] = options.line?.at('baresip', ['-f', directory]) ?? ['baresip', ['-f', directory]];
  const child = spawn(program, args, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.on('data', (chunk) => {
    output += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    output += String(chunk);
  });
  child.on('error', (error) => {
    output += String(error);
  });
  try {
    const control = await openControl(address, controlPort, () => child.exitCode === null);
    return { uri, port, directory, log: () => output, ...control, ...actions(directory, child, control) };
  } catch (error) {
    child.kill('SIGKILL');
    await rm(directory, { recursive: true, force: true });
    throw new Error(`baresip did not start: ${String(error)}\n${output}`);
  }
}

/** baresip still writes it until its end chunk is there (W3C PNG 11.2.5). */
async function isWholePng(file: string): Promise<boolean> {
  return (await readFile(file)).subarray(-8).equals(Buffer.from('49454e44ae426082', 'hex'));
}

function actions(directory: string, child: ChildProcess, control: Awaited<ReturnType<typeof openControl>>) {
  return {
    dial: async (uri: string) => void (await control.command('dial', uri)),
    accept: async () => void (await control.command('accept')),
    hangUp: async () => void (await control.command('hangup')),
    hold: async (on: boolean) => void (await control.command(on ? 'hold' : 'resume')),
    heard: () => newest(directory, /^dump-.*-dec\.wav$/),
    async snapshot() {
      const before = new Set(await readdir(directory));
      await control.command('snapshot');
      for (let waited = 0; waited < 5_000; waited += 100) {
        await sleep(100);
        const fresh = (await readdir(directory)).find((name) => /recv.*\.png$/.test(name) && !before.has(name));
        if (fresh && (await isWholePng(join(directory, fresh)))) return join(directory, fresh);
      }
      throw new Error('baresip sees no picture');
    },
    async close() {
      control.close();
      if (child.exitCode === null && child.signalCode === null) {
        const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
        child.kill('SIGTERM');
        const impatience = setTimeout(() => child.kill('SIGKILL'), 2_000);
        await gone;
        clearTimeout(impatience);
      }
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function newest(directory: string, pattern: RegExp): Promise<string> {
  const names = (await readdir(directory)).filter((name) => pattern.test(name));
  const name = names.toSorted().at(-1);
  if (name === undefined) throw new Error(`no file like ${pattern.source} in ${directory}`);
  return join(directory, name);
}

function accountLine(uri: string, options: BaresipOptions): string {
  const { answer = 'auto', audioCodecs, encryption, registrar, user } = options;
  const codecs = audioCodecs ? `;audio_codecs=${audioCodecs.join(',')}` : '';
  const protection = encryption ? `;mediaenc=${encryption}` : '';
  const registration = registrar
    ? `;auth_user=${user};auth_pass=${registrar.password};regint=${registrar.seconds}`
    : ';regint=0';
  return `<${uri}>${registration};answermode=${answer}${codecs}${protection}`;
}

function configText(directory: string, port: number, controlPort: number, options: BaresipOptions): string {
  const address = options.line?.site ?? loopback;
  const modules = ['opus', 'g722', 'g711', 'aufile', 'aubridge', 'sndfile', 'srtp', 'dtls_srtp', 'uuid'];
  const picture = ['avcodec', 'avformat', 'fakevideo', 'snapshot'];
  return [
    'poll_method epoll',
    `sip_listen ${address}:${port}`,
    `net_interface ${address}`,
    'call_local_timeout 120',
    'call_max_calls 4',
    'audio_path /usr/share/baresip',
    'audio_player aubridge,null',
    `audio_source aufile,${join(directory, 'tone.wav')}`,
    'audio_alert aubridge,alert',
    ...['ausrc_srate 48000', 'auplay_srate 48000', 'ausrc_channels 1', 'auplay_channels 1'],
    ...['ausrc', 'auplay', 'auenc', 'audec'].map((stage) => `${stage}_format s16`),
    ...(options.colour ? [`video_source avformat,${join(directory, 'picture.avi')}`] : []),
    'video_display fakevideo,nil',
    `video_size ${options.size ?? '640x480'}`,
    'video_bitrate 768000',
    'video_fps 15.00',
    `rtcp_mux ${options.rtcpMux ? 'yes' : 'no'}`,
    'jitter_buffer_delay 5-10',
    'module_path /usr/lib/baresip/modules',
    ...[...modules, ...(options.colour ? picture : [])].map((name) => `module ${name}.so`),
    ...['account', 'menu', 'ctrl_tcp'].map((name) => `module_app ${name}.so`),
    `ctrl_tcp_listen ${address}:${controlPort}`,
    'avcodec_h264enc libx264',
    'avcodec_h264dec h264',
    `snd_path ${directory}`,
    '',
  ].join('\n');
}

/** baresip's `avformat` takes an MPEG-4 AVI without sound; an MP4 makes it crash. */
async function writeSources(directory: string, options: BaresipOptions): Promise<void> {
  const seconds = options.seconds ?? 90;
  await writeFile(join(directory, 'tone.wav'), toneWav(options.toneHz ?? 440, seconds));
  if (!options.colour) return;
  const ffmpeg = (...args: string[]) => run('ffmpeg', ['-v', 'error', ...args]);
  const [second, picture] = [join(directory, 'second.avi'), join(directory, 'picture.avi')];
  const source = `color=c=${options.colour}:s=${options.size ?? '640x480'}:r=15:d=1`;
  await ffmpeg('-f', 'lavfi', '-i', source, '-c:v', 'mpeg4', '-q:v', '3', '-g', '15', '-an', second);
  // One second, encoded once, again and again.
  await ffmpeg('-stream_loop', String(seconds - 1), '-i', second, '-c', 'copy', picture);
}

/** A sine of so many whole hertz at a quarter of full scale, 48 kHz, mono, 16 bit. */
export function toneWav(hz: number, seconds: number): Buffer {
  const rate = 48_000;
  const samples = Math.round(rate * seconds);
  const wav = Buffer.alloc(44 + samples * 2);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + samples * 2, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(rate * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(samples * 2, 40);
  // Whole hertz: each second is like the first.
  const second = Int16Array.from({ length: rate }, (_, i) =>
    Math.round(8_192 * Math.sin((2 * Math.PI * hz * i) / rate)),
  );
  return wav.fill(Buffer.from(second.buffer), 44);
}

/** A port that is free on UDP and TCP, with the next one free too: baresip takes that for TLS. */
export async function freeSipPort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const port = await freeTcpPort();
    const free = await Promise.all([isFree(port, 'udp'), isFree(port + 1, 'udp'), isFree(port + 1, 'tcp')]);
    if (free.every(Boolean)) return port;
  }
  throw new Error('no free port');
}

function freeTcpPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, loopback, () => {
      const bound = server.address();
      server.close(() => resolve(bound !== null && typeof bound === 'object' ? bound.port : 0));
    });
  });
}

function isFree(port: number, transport: 'udp' | 'tcp'): Promise<boolean> {
  return new Promise((resolve) => {
    if (transport === 'tcp') {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen(port, loopback, () => server.close(() => resolve(true)));
    } else {
      const socket = createSocket('udp4');
      socket.once('error', () => resolve(false));
      socket.bind(port, loopback, () => socket.close(() => resolve(true)));
    }
  });
}
