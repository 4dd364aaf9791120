import type { RtpInput, RtpOutput } from '../protocol.ts';
import {
  decoders,
  jitterMs,
  payloaderProperties,
  rtpBin,
  rtpInputDescription,
  rtpOutputDescription,
} from './rtp-description.ts';

/** The mix is made in floating point: a sum of loud voices must reach the limiter, not clip before it. */
const mixed = 'audio/x-raw,format=F32LE,rate=48000,channels=1,layout=interleaved';

/**
 * Milliseconds beyond the jitter buffer that the mixer waits for a voice that is late; what comes later is lost. It
 * brings the mix to the latency of the composed picture (about 150 ms at 25 frames per second), for lip sync.
 */
const patienceMs = 60;

/** How often each input's level is measured, in milliseconds. */
const levelIntervalMs = 100;

/** One voice, decoded, measured (`level`), and offered to any number of outputs (`tee`). */
export function mixInputDescription(rtp: RtpInput): string {
  return [
    rtpBin(),
    rtpInputDescription(rtp),
    decoders.opus,
    `! audioconvert ! audioresample ! ${mixed}`,
    `! level name=level interval=${levelIntervalMs * 1_000_000}`,
    '! tee name=tee allow-not-linked=true',
  ].join(' ');
}

/**
 * One output: `mixer` sums what is linked to it and keeps time by the clock, so that packets flow with no input at
 * all; the limiter bends the sum of several loud voices below full scale instead of clipping it.
 */
export function mixOutputDescription(rtp: RtpOutput, bitrateKbps: number): string {
  return [
    rtpBin(rtp.cname),
    'audiomixer name=mixer force-live=true ignore-inactive-pads=true output-buffer-duration=20000000',
    `latency=${patienceMs * 1_000_000} min-upstream-latency=${jitterMs * 1_000_000}`,
    `! ${mixed} ! rglimiter ! audioconvert ! audio/x-raw,format=S16LE`,
    `! opusenc bitrate=${bitrateKbps * 1000} frame-size=20 audio-type=voice inband-fec=true packet-loss-percentage=5`,
    `! rtpopuspay ${payloaderProperties(rtp)}`,
    rtpOutputDescription(0, true),
  ].join(' ');
}
