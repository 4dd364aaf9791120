/**
 * Who is within these addresses and networks, as `networkSchema` has them: `10.0.0.5`, `10.0.0.0/24`, `fd00::/8`. Built once: an
 * address then costs one look-up for each length of prefix. What is no address is nowhere.
 */
export function withinNetworks(networks: readonly string[]): (ip: string) => boolean {
  /** The starts of the networks that leave so many bits to their hosts. */
  const starts = new Map<bigint, Set<bigint>>();
  for (const network of networks) {
    const [address = '', length] = network.split('/');
    const bits = bitsOf(address);
    if (bits === undefined) continue;
    const hostBits = length === undefined ? 0n : BigInt((address.includes(':') ? 128 : 32) - Number(length));
    const known = starts.get(hostBits) ?? new Set();
    starts.set(hostBits, known.add(bits >> hostBits));
  }
  return (ip) => {
    const bits = bitsOf(ip);
    return bits !== undefined && [...starts].some(([hostBits, known]) => known.has(bits >> hostBits));
  };
}

/** All 128 of them: an IPv4 address is what it is in IPv6 (RFC 4291 2.5.5.2). */
function bitsOf(address: string): bigint | undefined {
  const isIpv4 = address.includes('.') && !address.includes(':');
  const [bare = ''] = (isIpv4 ? `::ffff:${address}` : address).split('%');
  const hex = bare.replace(/(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/, (all, ...octets: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = octets.slice(0, 4).map(Number);
    return Math.max(a, b, c, d) > 255 ? all : `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const groups = groupsOf(hex);
  return groups?.reduce((bits, group) => (bits << 16n) | BigInt(Number.parseInt(group, 16)), 0n);
}

/** The eight groups of an IPv6 address (RFC 4291 2.2). */
function groupsOf(hex: string): string[] | undefined {
  const [head = [], tail, more] = hex.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (more !== undefined || (tail === undefined ? missing !== 0 : missing < 1)) return undefined;
  const groups = [...head, ...Array<string>(missing).fill('0'), ...(tail ?? [])];
  return groups.every((group) => /^[\da-f]{1,4}$/i.test(group)) ? groups : undefined;
}
