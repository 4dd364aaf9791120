import { inflateSync } from 'node:zlib';

/** What a reader would copy out of a PDF that pdfkit made: the glyphs of each font by its ToUnicode map (ISO 32000-1 9.10.3). */
export function pdfText(bytes: Buffer): string {
  const objects = objectsOf(bytes);
  const fonts = new Map<string, Map<string, string>>();
  for (const { head } of objects.values()) {
    for (const [, name = '', id = ''] of head.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const mapId = /\/ToUnicode (\d+) 0 R/.exec(objects.get(id)?.head ?? '')?.[1];
      const map = mapId === undefined ? undefined : objects.get(mapId)?.stream;
      if (map !== undefined) fonts.set(name, glyphsOf(map));
    }
  }
  return [...objects.values()].map(({ stream }) => (stream?.includes(' Tf') ? drawn(stream, fonts) : '')).join('\n');
}

function objectsOf(bytes: Buffer): Map<string, { head: string; stream?: string }> {
  const objects = new Map<string, { head: string; stream?: string }>();
  const text = bytes.toString('latin1');
  for (const match of text.matchAll(/(\d+) 0 obj\n([\s\S]*?)(?:endobj|stream\r?\n)/g)) {
    const [whole, id = '', head = ''] = match;
    if (!whole.endsWith('stream\n')) {
      objects.set(id, { head });
      continue;
    }
    const from = match.index + whole.length;
    const raw = bytes.subarray(from, text.indexOf('endstream', from));
    const stream = head.includes('FlateDecode') ? inflateSync(raw).toString('latin1') : raw.toString('latin1');
    objects.set(id, { head, stream });
  }
  return objects;
}

function glyphsOf(map: string): Map<string, string> {
  const glyphs = new Map<string, string>();
  for (const [, first = '', , list = ''] of map.matchAll(/<(\w{4})> <(\w{4})> \[([^\]]*)\]/g)) {
    for (const [i, hex] of [...list.matchAll(/<([\w ]+)>/g)].map(([, h]) => (h ?? '').replaceAll(' ', '')).entries()) {
      const text = Buffer.from(hex, 'hex').swap16().toString('utf16le');
      glyphs.set((Number.parseInt(first, 16) + i).toString(16).padStart(4, '0'), text);
    }
  }
  return glyphs;
}

function drawn(stream: string, fonts: ReadonlyMap<string, ReadonlyMap<string, string>>): string {
  let glyphs: ReadonlyMap<string, string> | undefined;
  let text = '';
  for (const [, font, shown] of stream.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
    if (font !== undefined) glyphs = fonts.get(font);
    for (const [, hex = ''] of (shown ?? '').matchAll(/<(\w+)>/g)) {
      for (const glyph of hex.match(/.{4}/g) ?? []) text += glyphs?.get(glyph.toLowerCase()) ?? '';
    }
    if (shown !== undefined) text += '\n';
  }
  return text;
}
