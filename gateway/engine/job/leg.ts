import GLib from 'gi://GLib?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import type { LegContract, LegEvent, OpenLeg } from '../leg-protocol.ts';
import type { JobCommands } from '../protocol.ts';
import { type Emit, JobFailure, type RunningJob } from './job.ts';
import { audioMixers, audioSkeleton, LegAudio } from './leg-audio.ts';
import { LegMedium } from './leg-medium.ts';
import { LegSync } from './leg-sync.ts';
import { LegVideo, videoSkeleton } from './leg-video.ts';
import { collectRemoved, residentBytes, watchBus } from './pipeline.ts';
import { mixersBegun, playWithMixers } from './steady-mixer.ts';

/** How often counters are read, in ms: nothing that an element knows reaches gjs from its own thread. */
const pollMs = 50;
/** Polling leaves native objects behind that gjs does not see as large: they are collected this often, in ms. */
const collectMs = 10_000;

interface OpenedLeg {
  readonly pipeline: Gst.Pipeline;
  readonly audio: { readonly medium: LegMedium; readonly part: LegAudio } | undefined;
  readonly video: { readonly medium: LegMedium; readonly part: LegVideo } | undefined;
  close(): void;
}

/** One SIP call's media, see `leg-protocol.ts`. */
export function start(emit: Emit<LegEvent>): RunningJob {
  let leg: OpenedLeg | undefined;
  const opened = () => leg ?? refuse('notOpen', 'open comes first');
  const audioOf = () => opened().audio ?? refuse('noAudio', 'this leg was opened without audio');
  const videoOf = () => opened().video ?? refuse('noVideo', 'this leg was opened without video');
  const commands: JobCommands<LegContract> = {
    async open(params) {
      if (leg !== undefined) refuse('alreadyOpen', 'a leg is opened once');
      leg = openLeg(params, emit);
      if (params.audio) await mixersBegun(leg.pipeline, audioMixers);
      return { audioPort: leg.audio?.medium.endpoint.port, videoPort: leg.video?.medium.endpoint.port };
    },
    connectEndpoint({ audio, video }) {
      if (audio !== undefined) audioOf();
      if (video !== undefined) videoOf();
      opened().audio?.part.connect(audio);
      opened().video?.part.connect(video);
      return {};
    },
    sendAudio: (output) => ({ rtpPort: audioOf().part.sendToServer(output) }),
    sendVideo: (output) => ({ rtpPort: videoOf().part.sendToServer(output) }),
    receiveAudio: (input) => ({ rtpPort: audioOf().part.receiveFromServer(input) }),
    receiveVideo: (input) => ({ rtpPort: videoOf().part.receiveFromServer(input) }),
    hold({ on, text }) {
      opened().audio?.part.hold(on);
      opened().video?.part.hold(on, text);
      return {};
    },
    setTiers: () => notYet('setTiers'),
    sendContent: () => notYet('sendContent'),
    receiveContent: () => notYet('receiveContent'),
    sendCamera: () => notYet('sendCamera'),
    still: () => notYet('still'),
    play: () => notYet('play'),
    stopPlaying: () => notYet('stopPlaying'),
    requestKeyFrame() {
      opened().video?.part.requestKeyFrame();
      return {};
    },
    stats() {
      const { audio, video } = opened();
      const now = milliseconds();
      return {
        audio: audio?.medium.endpoint.stats(now),
        video: video?.medium.endpoint.stats(now),
        showing: video?.part.showing ?? 'slide',
        residentBytes: residentBytes(),
      };
    },
  };
  return { commands, close: () => leg?.close() };
}

function openLeg({ audio, video, bindAddress, portRange, slideText }: OpenLeg, emit: Emit<LegEvent>): OpenedLeg {
  const skeleton = [...(audio ? [audioSkeleton] : []), ...(video ? [videoSkeleton] : [])].join(' ');
  if (skeleton === '') refuse('noMedia', 'a leg has sound or a picture');
  const pipeline = makePipeline(skeleton);
  const ports = {
    ip: bindAddress,
    range: portRange,
    cname: `leg-${GLib.random_int_range(0, 0x7fffffff).toString(36)}`,
  };
  const audioMedium = audio ? new LegMedium(pipeline, 'audio', ports) : undefined;
  const videoMedium = video ? new LegMedium(pipeline, 'video', ports) : undefined;
  const audioPart = audioMedium && new LegAudio(audioMedium, () => emit({ event: 'audioFlowing' }));
  const videoPart =
    videoMedium &&
    new LegVideo(videoMedium, slideText, {
      onFlowing: (size) => emit({ event: 'videoFlowing', ...size }),
      onKeyFrameWanted: () => emit({ event: 'keyFrameWanted' }),
      onShowing: (picture) => emit({ event: 'showing', picture }),
    });
  const sync = audioMedium && videoMedium && new LegSync(audioMedium, videoMedium);
  const unwatch = watchBus(pipeline, {
    onError: ({ source, message }) => emit({ event: 'error', code: 'pipeline', message: `${source}: ${message}` }),
  });
  playWithMixers(pipeline, audio ? audioMixers : []);
  const timer = GLib.timeout_add(GLib.PRIORITY_DEFAULT, pollMs, () => {
    const now = milliseconds();
    audioPart?.poll(now);
    videoPart?.poll(now);
    sync?.poll(now);
    return true;
  });
  const collector = GLib.timeout_add(GLib.PRIORITY_DEFAULT, collectMs, () => {
    collectRemoved();
    return true;
  });
  return {
    pipeline,
    audio: audioMedium && audioPart && { medium: audioMedium, part: audioPart },
    video: videoMedium && videoPart && { medium: videoMedium, part: videoPart },
    close() {
      GLib.source_remove(timer);
      GLib.source_remove(collector);
      unwatch();
      videoPart?.close();
      audioMedium?.close();
      videoMedium?.close();
      pipeline.set_state(Gst.State.NULL);
    },
  };
}

function makePipeline(description: string): Gst.Pipeline {
  const pipeline = Gst.parse_launch(description) as Gst.Pipeline;
  pipeline.use_clock(Gst.SystemClock.obtain());
  return pipeline;
}

function milliseconds(): number {
  return GLib.get_monotonic_time() / 1000;
}

function notYet(command: string): never {
  return refuse('notSupported', `${command} is not supported`);
}

function refuse(code: string, message: string): never {
  throw new JobFailure(code, message);
}
