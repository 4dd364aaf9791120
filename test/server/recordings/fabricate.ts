import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Encrypted, Fragment, IndexHeader } from '../../../server/protocol/recording.ts';
import { cipherAt, type RecordingKeys } from '../../../server/recordings/cipher.ts';

/** Ticks a second of the two tracks, as a recorder has them: picture and sound. */
export const TIMESCALES = { 1: 90_000, 2: 48_000 } as const;

interface Fabricated {
  stream?: string;
  kind?: IndexHeader['kind'];
  name?: string;
  part?: number;
  startedAt?: number;
  /** Of `ms` each. */
  fragments?: number;
  ms?: number;
  /** The file is encrypted with the first of them. */
  keys?: RecordingKeys;
  encrypted?: Encrypted;
  /** Stands for the parameter sets of the encoder. */
  parameters?: string;
}

/** A part as a recorder writes it: real boxes around a payload that says which fragment it is. */
export function fabricatePart(wanted: Fabricated = {}) {
  const { stream = 'program', kind = 'program', part = 1, startedAt = 1_767_574_800_000, ms = 2_000 } = wanted;
  const { fragments: count = 5, name, keys, encrypted, parameters = 'avcC' } = wanted;
  const init = initialization(parameters);
  const bodies = Array.from({ length: count }, (_, i) => fragmentOf(i * ms, `${stream}.${part}#${i}`));
  const header: IndexHeader = {
    ...{
      v: 1,
      stream,
      kind,
      container: 'mp4',
      part,
      startedAt,
      codecs: 'avc1.42e01f,mp4a.40.2',
      width: 1280,
      height: 720,
    },
    ...(name ? { name } : {}),
    ...(encrypted ? { encrypted } : {}),
    init: { offset: 0, bytes: init.length },
  };
  let offset = init.length;
  const fragments = bodies.map((body, i): Fragment => {
    const wall = startedAt + (i + 1) * ms + 50;
    const fragment = { at: i * ms, ms, offset, bytes: body.length, key: true, wall };
    offset += body.length;
    return fragment;
  });
  const clear = Buffer.concat([init, ...bodies]);
  const bytes = encrypted && keys ? cipherAt(encrypted, keys, 0).update(clear) : clear;
  const lines = [header, ...fragments].map((line) => JSON.stringify(line));
  return { file: `${stream}.${part}.mp4`, header, fragments, clear, bytes, index: `${lines.join('\n')}\n` };
}

/** Puts parts into the folder of one recording. */
export async function writeParts(folder: string, ...parts: ReturnType<typeof fabricatePart>[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { file, bytes, index } of parts) {
    await writeFile(join(folder, file), bytes);
    await writeFile(join(folder, file.replace('.mp4', '.index.jsonl')), index);
  }
}

/** When each track of each fragment begins, in ms, in the order of the file. */
export function timesOf(mp4: Buffer): { video: number; audio: number; payload: string }[] {
  const found = [];
  for (let at = 0; at < mp4.length; at += mp4.readUInt32BE(at)) {
    if (mp4.toString('latin1', at + 4, at + 8) !== 'moof') continue;
    const moof = mp4.subarray(at, at + mp4.readUInt32BE(at));
    const [video = 0, audio = 0] = [...moof.toString('latin1').matchAll(/tfdt/g)].map(({ index }) =>
      Number(moof.readBigUInt64BE(index + 8)),
    );
    const mdat = mp4.subarray(at + moof.length);
    const payload = mdat.toString('utf8', 8, mdat.readUInt32BE(0));
    found.push({ video: (video * 1000) / TIMESCALES[1], audio: (audio * 1000) / TIMESCALES[2], payload });
  }
  return found;
}

function initialization(parameters: string): Buffer {
  const trak = (id: 1 | 2) =>
    box('trak', [
      box('tkhd', [u32(0), u32(0), u32(0), u32(id), Buffer.alloc(68)]),
      box('mdia', [
        box('mdhd', [u32(0), u32(0), u32(0), u32(TIMESCALES[id]), Buffer.alloc(8)]),
        box('minf', [box('stbl', [box('stsd', [u32(0), Buffer.from(parameters)])])]),
      ]),
    ]);
  return Buffer.concat([box('ftyp', [Buffer.from('isom')]), box('moov', [box('mvhd', [u32(0)]), trak(1), trak(2)])]);
}

function fragmentOf(atMs: number, payload: string): Buffer {
  const traf = (id: 1 | 2) => {
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt((atMs * TIMESCALES[id]) / 1000));
    return box('traf', [box('tfhd', [u32(0), u32(id)]), box('tfdt', [u32(0x01000000), time])]);
  };
  const moof = box('moof', [box('mfhd', [u32(0), u32(1)]), traf(1), traf(2)]);
  return Buffer.concat([moof, box('mdat', [Buffer.from(payload)])]);
}

function box(type: string, content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([u32(body.length + 8), Buffer.from(type, 'latin1'), body]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
