import type { Security } from '../../leg-protocol.ts';

/** How the packets of one medium travel. `association` names what belongs together in DTLS. */
export interface Protection {
  readonly kind: Security['kind'];
  /** RTP and RTCP on one port (RFC 5761). */
  readonly muxed: boolean;
  readonly association: string;
}

/**
 * From the sockets `rtp-source` and `rtcp-source` to plain packets at `rtp` and `rtcp`.
 *
 * `dtlssrtpdec` serves for keys of SDES too: given a key it does without DTLS, tells RTP from RTCP, and answers by
 * itself when a packet of a new SSRC wants a key; `srtpdec` alone would ask its application, from a streaming thread.
 * With DTLS the gates open when the endpoint's certificate has been seen (`leg-dtls.ts`).
 */
export function arrivalDescription({ kind, muxed, association }: Protection): string {
  const rtp = 'udpsrc name=rtp-source buffer-size=1000000';
  const rtcp = 'udpsrc name=rtcp-source';
  // What looks like DTLS where there is none has nowhere to go: the tee forgives that.
  const forgiving = 'tee allow-not-linked=true';
  if (kind === 'none') {
    // Lets through what begins as RTP and RTCP do (RFC 5764 5.1.2); an empty packet would make the session complain.
    // It keeps the caps to itself.
    const sieve = (name: string, caps: string) =>
      `${forgiving} ! dtlssrtpdemux name=${name} ${name}.rtp_src ! application/x-${caps} !`;
    return [
      `${rtp} ! ${sieve('rtp-sieve', 'rtp')} tee name=all ! identity name=rtp silent=true`,
      // On one port the session picks what is RTCP.
      ...(muxed ? ['all. ! capssetter caps=application/x-rtcp join=false replace=true ! rtcp.'] : []),
      `${rtcp} ! ${sieve('rtcp-sieve', 'rtcp')} rtcp. funnel name=rtcp`,
    ].join(' ');
  }
  const guard = (which: 'rtp' | 'rtcp') => `dtlssrtpdec name=${which}-guard connection-id=${association}-${which}`;
  const gate = (name: string) => (kind === 'dtls' ? `valve name=${name} drop=true` : 'identity silent=true');
  const nobody = 'fakesink sync=false async=false';
  return [
    `${rtp} ! ${forgiving} ! ${guard('rtp')}`,
    `rtp-guard.rtp_src ! ${gate('rtp-in-gate')} ! identity name=rtp silent=true`,
    `rtp-guard.rtcp_src ! ${gate('muxed-in-gate')} ! rtcp.`,
    `${rtcp} ! ${forgiving} ! ${guard('rtcp')}`,
    `rtcp-guard.rtcp_src ! ${gate('rtcp-in-gate')} ! rtcp. funnel name=rtcp`,
    `rtcp-guard.rtp_src ! ${nobody}`,
  ].join(' ');
}

/** From plain packets at `rtp` and `rtcp` to the sockets `rtp-sink` and `rtcp-sink`; `client` begins the handshake. */
export function departureDescription({
  kind,
  muxed,
  association,
  client,
}: Protection & { readonly client: boolean }): string {
  const sink = (which: 'rtp' | 'rtcp') => `udpsink name=${which}-sink sync=false async=false`;
  const into = (which: 'rtp' | 'rtcp') => `identity name=${which} silent=true`;
  if (kind === 'none') return `${into('rtp')} ! ${sink('rtp')} ${into('rtcp')} ! ${sink('rtcp')}`;
  if (kind === 'sdes') {
    return [
      `srtpenc name=rtp-guard ${into('rtp')} ! rtp-guard.rtp_sink_0 rtp-guard.rtp_src_0 ! ${sink('rtp')}`,
      `${into('rtcp')} ! rtp-guard.rtcp_sink_0 rtp-guard.rtcp_src_0 ! ${sink('rtcp')}`,
    ].join(' ');
  }
  const guard = (which: 'rtp' | 'rtcp') =>
    `dtlssrtpenc name=${which}-guard connection-id=${association}-${which} is-client=${client}`;
  const gate = (which: 'rtp' | 'rtcp') => `${into(which)} ! valve name=${which}-out-gate drop=true`;
  // On two ports each has an association of its own (RFC 5764 3).
  const rtcpGuard = muxed ? 'rtp-guard' : 'rtcp-guard';
  return [
    `${guard('rtp')} ${gate('rtp')} ! rtp-guard.rtp_sink_0 rtp-guard.src ! ${sink('rtp')}`,
    ...(muxed ? [`${sink('rtcp')}`] : [`${guard('rtcp')} rtcp-guard.src ! ${sink('rtcp')}`]),
    `${gate('rtcp')} ! ${rtcpGuard}.rtcp_sink_0`,
  ].join(' ');
}
