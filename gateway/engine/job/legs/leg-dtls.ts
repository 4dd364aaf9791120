import GLib from 'gi://GLib?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import { elementOf, readProperty } from '../rtp.ts';

export interface Fingerprint {
  readonly hash: string;
  readonly value: string;
}

interface Watched {
  readonly arrival: Gst.Bin;
  readonly departure: Gst.Bin;
  /** What the endpoint's SDP said of its certificate. */
  readonly expected: Fingerprint;
  onMismatch(): void;
}

/** An association and the gates that it opens. */
const guards = [
  { guard: 'rtp-guard', inward: ['rtp-in-gate', 'muxed-in-gate'], outward: ['rtp-out-gate'] },
  { guard: 'rtcp-guard', inward: ['rtcp-in-gate'], outward: [] },
] as const;

/**
 * Looks at the certificate that each handshake brought and opens the gates for media when it is the one of the SDP
 * (RFC 5763 5, RFC 8122 6.2). Otherwise they stay shut.
 */
export class DtlsWatch {
  readonly #watched: Watched;
  readonly #open = new Set<string>();
  #mismatched = false;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  get verified(): boolean {
    return this.#open.has('rtp-guard');
  }

  poll(): void {
    if (this.#mismatched) return;
    for (const { guard, inward, outward } of guards) {
      if (this.#open.has(guard)) continue;
      const certificate = readProperty(elementOf(this.#watched.arrival, guard), 'peer-pem');
      if (typeof certificate !== 'string' || certificate === '') continue;
      if (!matches(certificate, this.#watched.expected)) {
        this.#mismatched = true;
        this.#watched.onMismatch();
        return;
      }
      this.#open.add(guard);
      for (const gate of inward) openGate(this.#watched.arrival, gate);
      for (const gate of outward) openGate(this.#watched.departure, gate);
      this.#openRtcp(guard);
    }
  }

  /** On one port RTCP belongs to the association of RTP. */
  #openRtcp(guard: string): void {
    const { departure } = this.#watched;
    const own = departure.get_by_name('rtcp-guard') === null ? 'rtp-guard' : 'rtcp-guard';
    if (guard === own) openGate(departure, 'rtcp-out-gate');
  }
}

function openGate(bin: Gst.Bin, name: string): void {
  elementOf(bin, name).set_property('drop', false);
}

/** GStreamer makes one certificate for each process, when it is first asked. */
export function ownFingerprint(): string | undefined {
  const decoder = Gst.ElementFactory.make('dtlssrtpdec', null);
  const certificate = decoder === null ? undefined : readProperty(decoder, 'pem');
  return typeof certificate === 'string' ? `sha-256 ${digest(certificate, GLib.ChecksumType.SHA256)}` : undefined;
}

/** RFC 8122 5. MD5 is too weak to prove anything. */
const checksums: Record<string, GLib.ChecksumType> = {
  'sha-1': GLib.ChecksumType.SHA1,
  'sha-256': GLib.ChecksumType.SHA256,
  'sha-384': GLib.ChecksumType.SHA384,
  'sha-512': GLib.ChecksumType.SHA512,
};

function matches(certificate: string, { hash, value }: Fingerprint): boolean {
  const type = checksums[hash.toLowerCase()];
  return type !== undefined && digest(certificate, type) === value.toUpperCase();
}

/** Of the certificate in its binary form (DER), as `AB:CD…`. */
function digest(certificate: string, type: GLib.ChecksumType): string {
  const body = /-----BEGIN CERTIFICATE-----([^-]*)-----END/.exec(certificate)?.[1] ?? '';
  const bytes = GLib.base64_decode(body.replace(/\s/g, ''));
  const text = GLib.compute_checksum_for_bytes(type, new GLib.Bytes(bytes)) ?? '';
  return (text.toUpperCase().match(/../g) ?? []).join(':');
}
