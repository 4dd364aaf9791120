import type { RtpInput, RtpOutput } from '../protocol.ts';

/**
 * Milliseconds that a composed picture's packet is waited for when those after it are there: enough for one that was sent
 * again within the country. The picture is later by as much, whether one is missing or not.
 */
export const jitterMs = 40;

const media = { VP8: 'video', H264: 'video', opus: 'audio', PCMU: 'audio', PCMA: 'audio', G722: 'audio' } as const;

/** All sound here is mono: Opus is decoded as such, whatever the sender does (RFC 7587 7.1), at half the price. */
export const opusInMono = 'sprop-stereo=(string)0';

/**
 * It conceals losses by itself. With its FEC one broken packet would silence it for good: it tries that one for ever.
 * GStreamer 1.22's is late for good by every packet that it cannot read, as each sound it makes takes the time of the
 * oldest packet that made none: `opusparse` lets none through that is not Opus (RFC 6716 3.4).
 */
export const opusDecoder = 'rtpopusdepay ! opusparse ! opusdec plc=true max-errors=-1';

type Stream = Pick<RtpInput, 'codec' | 'payloadType' | 'clockRate'>;

/** Caps of the stream as `udpsrc` announces them; `rtcp-fb-*` lets the session ask for key frames (RFC 4585 6.3.1). */
export function rtpCaps({ codec, payloadType, clockRate }: Stream): string {
  const kind = media[codec];
  const feedback = kind === 'video' ? ',rtcp-fb-nack-pli=(boolean)true' : '';
  const encoding = codec.toUpperCase();
  const channels = codec === 'opus' ? `,${opusInMono}` : '';
  return `application/x-rtp,media=(string)${kind},encoding-name=(string)${encoding},payload=(int)${payloadType},clock-rate=(int)${clockRate}${feedback}${channels}`;
}

/**
 * Reports tell the time by the clock that no one sets (RFC 3550 4 lets a sender do so): all processes of this machine share
 * it, and sound and picture stay in step when the machine's own clock is put right between their reports.
 */
export const reportClock = 'clock-time';

/**
 * The rtpbin that the output fragments of one bin share under the name `rtp`. Streams in one rtpbin with one CNAME are
 * kept in sync by their sender reports.
 */
export function sendingRtpBin(cname?: string): string {
  const sdes = cname === undefined ? '' : ` sdes="application/x-rtp-source-sdes,cname=(string)\\"${quoted(cname)}\\""`;
  // Sender reports tell when a sample was captured, not when it left: latencies differ between sound and picture.
  return `rtpbin name=rtp rtp-profile=avpf ntp-time-source=${reportClock} rtcp-sync-send-time=false${sdes}`;
}

/**
 * The same for input fragments. A packet is waited for `latencyMs`; those that came are never dropped for being many at
 * once, as a key frame's are, and all are while this process waits for its turn: a picture would be broken until the next
 * key frame, which comes as many at once again.
 */
export function receivingRtpBin(latencyMs: number): string {
  return `rtpbin name=rtp rtp-profile=avpf ntp-time-source=${reportClock} latency=${latencyMs} do-lost=true`;
}

/**
 * One RTP input as session `session` of `receivingRtpBin`, ending in `… !` so that a depayloader follows. Only this SSRC and
 * payload type are linked; the tee forgives that others, which nobody sent for, end nowhere. `connectInput` gives it
 * its socket.
 */
export function rtpInputDescription(input: RtpInput, session = 0): string {
  return [
    // Without the sender's address: a sender that comes back from another port is no second source of the same SSRC.
    `udpsrc name=rtp-source-${session} buffer-size=1000000 retrieve-sender-address=false caps="${rtpCaps(input)}"`,
    `! tee allow-not-linked=true ! rtp.recv_rtp_sink_${session}`,
    `rtp.send_rtcp_src_${session} ! udpsink name=rtcp-sink-${session} sync=false async=false`,
    `rtp.recv_rtp_src_${session}_${input.ssrc}_${input.payloadType} !`,
  ].join(' ');
}

/**
 * One RTP output as session `session` of `sendingRtpBin`: append to a payloader that has the output's SSRC and payload type.
 * `connectOutput` gives it its socket. A `paced` output keeps the pipeline's latency to the millisecond, so that sound
 * and picture made in different processes leave in step; otherwise packets leave as soon as they are there.
 */
export function rtpOutputDescription(session = 0, paced = false): string {
  return [
    `! rtp.send_rtp_sink_${session}`,
    `rtp.send_rtp_src_${session} ! udpsink name=rtp-sink-${session} sync=${paced} async=false`,
    `rtp.send_rtcp_src_${session} ! udpsink name=rtcp-sink-${session} sync=false async=false`,
    `udpsrc name=rtcp-source-${session} caps=application/x-rtcp ! rtp.recv_rtcp_sink_${session}`,
  ].join(' ');
}

/** The properties that make any RTP payloader speak for this output. */
export function payloaderProperties({ payloadType, ssrc }: Pick<RtpOutput, 'payloadType' | 'ssrc'>): string {
  return `pt=${payloadType} ssrc=${ssrc}`;
}

/** Decoders by codec; each ends in raw video or raw audio. Without a key frame they show nothing rather than garbage. */
export const decoders = {
  VP8: 'rtpvp8depay name=depay wait-for-keyframe=true request-keyframe=true ! vp8dec threads=1',
  H264: 'rtph264depay name=depay wait-for-keyframe=true request-keyframe=true ! h264parse ! avdec_h264 max-threads=1 output-corrupt=false',
  opus: opusDecoder,
  PCMU: 'rtppcmudepay ! mulawdec',
  PCMA: 'rtppcmadepay ! alawdec',
  G722: 'rtpg722depay ! avdec_g722',
} as const;

function quoted(text: string): string {
  // Characters that would end the quoted string or the structure are no part of a CNAME's user@host form.
  return text.replace(/[^\w.@:+-]/g, '_');
}
