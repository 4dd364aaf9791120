/** The syntax that challenges and credentials share (RFC 3261 §25.1, auth-scheme and auth-param). Nothing here throws. */

/** `Digest a=b, c="d, e"` → its parameters, names in lower case, quoted values without quotes and escapes. */
export function readDigestParams(value: string): Map<string, string> | undefined {
  const scheme = /^\s*digest[ \t]+/i.exec(value);
  if (!scheme || value.length > 4_096) return undefined;
  const params = new Map<string, string>();
  const item = /[ \t]*([\w.!%*+`'~-]{1,64})[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",]*))[ \t]*(?:,|$)|[ \t]*(?:,|$)/y;
  item.lastIndex = scheme[0].length;
  while (item.lastIndex < value.length) {
    const match = item.exec(value);
    if (!match) return undefined;
    const name = match[1]?.toLowerCase();
    if (name === undefined) continue; // an empty element of the list, as in `a=b, , c=d`
    if (params.has(name)) return undefined; // which of the two would be meant is anybody's guess
    params.set(name, match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? '');
  }
  return params;
}

/** A quoted-string (RFC 3261 §25.1). Line breaks cannot stand in one; they become spaces. */
export function quoted(text: string): string {
  return `"${text.replace(/[\r\n]+/g, ' ').replace(/[\\"]/g, '\\$&')}"`;
}
