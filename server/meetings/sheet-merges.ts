import { inflateRawSync } from 'node:zlib';
import type { Rows } from './sheets.ts';

/** Cells of one column that are shown as one; the first row and the first column are 0. */
export interface Merge {
  column: number;
  from: number;
  to: number;
}

/** What one part of an XLSX file may unpack to. */
const MOST_BYTES = 128 * 1024 * 1024;
// APPNOTE.TXT (ZIP) 4.3.12 and 4.3.16.
const [END, ENTRY] = [0x06054b50, 0x02014b50];
const [END_BYTES, ENTRY_BYTES, LOCAL_BYTES] = [22, 46, 30];

/**
 * Which cells of the first sheet are merged over several rows (ECMA-376 part 1, 18.3.1.54): only the first of them has the value.
 * Throws where the bytes are no XLSX file.
 */
export function mergesOf(bytes: Buffer): Merge[] {
  const part = partsOf(bytes);
  const id = /<sheet\s[^>]*?r:id="([^"]*)"/.exec(part('xl/workbook.xml'))?.[1];
  const links = part('xl/_rels/workbook.xml.rels').match(/<Relationship\s[^>]*>/g) ?? [];
  const link = links.find((one) => one.includes(`Id="${id}"`)) ?? '';
  const target = /Target="([^"]*)"/.exec(link)?.[1] ?? '';
  const sheet = part(target.startsWith('/') ? target.slice(1) : `xl/${target}`);
  const found = sheet.matchAll(/<mergeCell\s+ref="([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})"/g);
  return [...found].flatMap(([, letters = '', from, to]) => {
    const merge = { column: columnOf(letters), from: Number(from) - 1, to: Number(to) - 1 };
    return merge.to > merge.from ? [merge] : [];
  });
}

/** Every row with what it shows: a carrier that is written once beside three sites is the carrier of all three. */
export function unmerged(rows: Rows, merges: readonly Merge[]): Rows {
  const filled = rows.map((row) => [...row]);
  for (const { column, from, to } of merges) {
    const value = rows[from]?.[column] ?? '';
    for (const row of filled.slice(from + 1, to + 1)) {
      while (row.length <= column) row.push('');
      row[column] ||= value;
    }
  }
  return filled;
}

function columnOf(letters: string): number {
  return [...letters].reduce((column, letter) => column * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

/** Reads the parts of a ZIP file by name; one that is not there is empty. */
function partsOf(bytes: Buffer): (name: string) => string {
  const end = bytes.lastIndexOf(Buffer.from(Uint32Array.of(END).buffer));
  if (end < 0 || end + END_BYTES > bytes.length) throw new Error('no ZIP file');
  const places = new Map<string, number>();
  let at = bytes.readUInt32LE(end + 16);
  for (let n = bytes.readUInt16LE(end + 10); n > 0 && bytes.readUInt32LE(at) === ENTRY; n -= 1) {
    const length = bytes.readUInt16LE(at + 28);
    places.set(bytes.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + length), at);
    at += ENTRY_BYTES + length + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return (name) => {
    const place = places.get(name);
    return place === undefined ? '' : unpack(bytes, place).toString('utf8');
  };
}

function unpack(bytes: Buffer, place: number): Buffer {
  const [method, size, local] = [place + 10, place + 20, place + 42];
  const header = bytes.readUInt32LE(local);
  const begin = header + LOCAL_BYTES + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
  const packed = bytes.subarray(begin, begin + bytes.readUInt32LE(size));
  return bytes.readUInt16LE(method) === 0 ? packed : inflateRawSync(packed, { maxOutputLength: MOST_BYTES });
}
