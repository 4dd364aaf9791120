import type Gst from 'gi://Gst?version=1.0';
import type { SimulatedSite } from '../../simulator-protocol.ts';
import { announceLevel } from '../audio-level.ts';
import { addBin, discard } from '../branch.ts';
import { type BoundSocket, bindSocket, connectOutput, elementOf } from '../rtp.ts';
import { payloaderProperties, rtpOutputDescription, sendingRtpBin } from '../rtp-description.ts';
import { levelledOpus, rawAudio, steadyMixer } from '../sound-description.ts';
import { drawMoment, drawRoom } from './simulator-scene.ts';
import { feedVoice, type Voice } from './simulator-voice.ts';

const encoders = {
  VP8: 'vp8enc deadline=1 cpu-used=8 threads=1 target-bitrate=250000 keyframe-max-dist=300 ! rtpvp8pay picture-id-mode=15-bit mtu=1200',
  H264: 'x264enc tune=zerolatency speed-preset=ultrafast threads=1 bitrate=300 key-int-max=300 ! video/x-h264,profile=constrained-baseline ! h264parse config-interval=-1 ! rtph264pay mtu=1200 aggregate-mode=zero-latency',
} as const;

/** The room is drawn once and frozen; only what moves is drawn for each picture. */
function siteDescription({ width, height, fps, codec, video, audio }: SimulatedSite): string {
  return [
    sendingRtpBin(video.cname),
    `videotestsrc num-buffers=1 pattern=black ! video/x-raw,format=BGRA,width=${width},height=${height},framerate=${fps}/1`,
    // The conversion makes a copy: the overlay would otherwise draw into the one frozen picture, over and over.
    `! rsvgoverlay name=room ! videoconvert ! video/x-raw,format=BGRx ! imagefreeze is-live=true ! video/x-raw,framerate=${fps}/1`,
    '! videoconvert ! video/x-raw,format=BGRA ! rsvgoverlay name=moment',
    `! videoconvert ! video/x-raw,format=I420 ! ${encoders[codec]} ${payloaderProperties(video)} ${rtpOutputDescription(0)}`,
    steadyMixer('mixer', 'sound', undefined),
    // The voice is always there and only let out: taking it in and out could stop the mixer.
    `appsrc name=voice format=time max-bytes=0 caps="${rawAudio}" ! mixer.`,
    'sound. ! queue max-size-buffers=10 leaky=downstream ! volume name=speech mute=true !',
    levelledOpus('bitrate=24000 audio-type=voice complexity=3 frame-size=20', payloaderProperties(audio)),
    rtpOutputDescription(1),
  ].join(' ');
}

/** One simulated site in the pipeline. Owns its bin, its sockets and its voice. */
export class Site {
  readonly #pipeline: Gst.Pipeline;
  readonly #scene: SimulatedSite;
  readonly #bin: Gst.Bin;
  readonly #sockets: { video: BoundSocket; audio: BoundSocket };
  readonly #stopVoice: () => void;
  #speaking = false;

  constructor(pipeline: Gst.Pipeline, site: SimulatedSite, voice: Voice) {
    this.#pipeline = pipeline;
    this.#scene = site;
    const sockets = { video: bindSocket(site.video.bind), audio: bindSocket(site.audio.bind) };
    this.#sockets = sockets;
    this.#bin = addBin(pipeline, siteDescription(site), (bin) => {
      connectOutput(bin, sockets.video, site.video.remote, 0);
      connectOutput(bin, sockets.audio, site.audio.remote, 1);
      announceLevel(bin);
      elementOf(bin, 'room').set_property('data', drawRoom(site));
    });
    this.#bin.sync_state_with_parent();
    const now = () => pipeline.get_clock().get_time() - pipeline.get_base_time();
    this.#stopVoice = feedVoice(elementOf(this.#bin, 'voice'), voice, now);
  }

  get ports(): { videoPort: number; audioPort: number } {
    return { videoPort: this.#sockets.video.port, audioPort: this.#sockets.audio.port };
  }

  /** `time` in seconds of the day. */
  draw(time: number): void {
    const moment = drawMoment(this.#scene, { time, speaking: this.#speaking });
    elementOf(this.#bin, 'moment').set_property('data', moment);
  }

  speak(on: boolean): void {
    this.#speaking = on;
    elementOf(this.#bin, 'speech').set_property('mute', !on);
  }

  close(): void {
    this.#stopVoice();
    discard(this.#pipeline, this.#bin);
    for (const { socket } of Object.values(this.#sockets)) socket.close();
  }
}
