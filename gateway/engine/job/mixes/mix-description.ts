import type { RtpInput, RtpOutput } from '../../protocol.ts';
import {
  decoders,
  payloaderProperties,
  receivingRtpBin,
  rtpInputDescription,
  rtpOutputDescription,
  sendingRtpBin,
} from '../rtp-description.ts';
import { mixerLatency, mixerWithSilence } from '../sound-description.ts';
import { ridingIntervalMs } from './riding.ts';

/** The mix is made in floating point: a sum of loud voices must reach the limiter, not clip before it. */
const mixed = 'audio/x-raw,format=F32LE,rate=48000,channels=1,layout=interleaved';

/**
 * Milliseconds that a packet may be late, and that the mixer waits beyond that for a voice whose turn came late. Browsers
 * come over lines that are no better than this; it puts the mix some 50 ms behind the composed picture, where nobody notices.
 */
const jitterMs = 90;
const patienceMs = 30;

/** How often each input's level is measured, in milliseconds. */
const levelIntervalMs = 100;

/**
 * The output's time begins with its first sound, not with the process, which may have run for hours. A browser sends
 * nothing while nobody speaks (DTX, RFC 7587 3.1.3): what comes after a pause belongs where its timestamp says, at once.
 */
const timing = 'start-time-selection=first alignment-threshold=40000000 discont-wait=0';

/**
 * The limiter lets nothing pass full scale; this leaves room for what Opus adds to a peak: up to 3 dB of many loud voices as
 * `generic`, more than 5 as `voice`. The mix travels within this machine, where nothing is lost that FEC would help.
 */
const afterLimiter = 0.6;

/** One voice, decoded, measured (`level`), made louder or fainter (`gain`), and offered to any number of outputs (`tee`). */
export function mixInputDescription(rtp: RtpInput): string {
  return [
    receivingRtpBin(jitterMs),
    rtpInputDescription(rtp),
    decoders.opus,
    `! audioconvert ! audioresample ! ${mixed}`,
    `! level name=level interval=${levelIntervalMs * 1_000_000}`,
    '! volume name=gain',
    '! tee name=tee allow-not-linked=true',
  ].join(' ');
}

/**
 * One output: `mixer` sums what is linked to it and keeps time by the clock, so that packets flow with no input at
 * all. `gain` takes back the sum of several loud voices, as their `level` says; until it has, the limiter bends it below
 * full scale instead of clipping it. `encoded` feeds what sends it. Silence is encoded as well: whoever receives this tells by its packets that the mix is alive.
 */
export function mixOutputDescription(bitrateKbps: number): string {
  return [
    mixerWithSilence('mixer', mixed, `${timing} ${mixerLatency(jitterMs, patienceMs)}`),
    `! ${mixed} ! level name=level interval=${ridingIntervalMs * 1_000_000} ! volume name=gain`,
    `! rglimiter ! volume volume=${afterLimiter} ! audioconvert ! audio/x-raw,format=S16LE`,
    `! opusenc bitrate=${bitrateKbps * 1000} frame-size=20 complexity=5 audio-type=generic`,
    '! tee name=encoded allow-not-linked=true',
  ].join(' ');
}

/** What sends an output's packets to one place. */
export function mixSenderDescription(rtp: RtpOutput): string {
  return [
    sendingRtpBin(rtp.cname),
    `queue name=in max-size-buffers=25 leaky=downstream ! rtpopuspay ${payloaderProperties(rtp)}`,
    rtpOutputDescription(0, true),
  ].join(' ');
}
