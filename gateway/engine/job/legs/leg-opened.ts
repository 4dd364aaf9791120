import GLib from 'gi://GLib?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import type { LegEvent, OpenLeg } from '../../leg-protocol.ts';
import { type Emit, JobFailure } from '../job.ts';
import { playWithMixers } from '../mixes/steady-mixer.ts';
import { collectRemoved, watchBus } from '../pipeline.ts';
import { bindPair, elementOf } from '../rtp.ts';
import { audioMixers, audioSkeleton, LegAudio } from './leg-audio.ts';
import { LegCamera } from './leg-camera.ts';
import type { EndpointListener } from './leg-endpoint.ts';
import { LegJitter } from './leg-jitter.ts';
import { LegMedium } from './leg-medium.ts';
import { LegSync } from './leg-sync.ts';
import type { Sockets } from './leg-transport.ts';
import { LegVideo, videoSkeleton } from './leg-video.ts';

/**
 * How often counters are read, in ms: nothing that an element knows reaches gjs from its own thread. Reading costs more than
 * many packets, so it is done often only for a while after a command, when the picture changes hands.
 */
const pollMs = 50;
const calmPollMs = 200;
/** While one stream of the server follows another: the step between them is as long as this. */
const changePollMs = 20;
/** The same for what nobody waits for: keys that are pressed, and where sound comes from. */
const calmSoundMs = 400;
const hurryMs = 5000;
/** Polling leaves native objects behind that gjs does not see as large: they are collected this often, in ms. */
const collectMs = 10_000;

/** A mixer takes of its silence what it needs, and 100 ms at once cost a fifth of 20 ms each. */
const silentSamples = 4800;

/** What routers are told (RFC 4594 4.1, 4.3): sound as telephony (EF), pictures and what belongs to them as AF41. */
const dscp = { audio: 46, video: 34, content: 34, camera: 34 } as const;
type Kind = keyof typeof dscp;

export interface LegPicture {
  readonly medium: LegMedium;
  readonly part: LegVideo;
}

export interface OpenedLeg {
  readonly pipeline: Gst.Pipeline;
  readonly audio: { readonly medium: LegMedium; readonly part: LegAudio } | undefined;
  readonly video: LegPicture | undefined;
  /** The second picture: its own line in SDP. */
  readonly content: LegPicture | undefined;
  readonly camera: LegCamera | undefined;
  /** Something has been asked for that is to show soon. */
  hurry(): void;
  close(): void;
}

/** Binds the ports and sets everything going that stays for the whole call. */
export function openLeg(options: OpenLeg, emit: Emit<LegEvent>): OpenedLeg {
  const pictures = (['video', 'content'] as const).filter((kind) => options[kind]);
  const skeleton = [...(options.audio ? [audioSkeleton] : []), ...pictures.map(videoSkeleton)].join(' ');
  if (skeleton === '') throw new JobFailure('noMedia', 'a leg has sound or a picture');
  const sockets = bindAll(options);
  const pipeline = makePipeline(skeleton);
  const cname = `leg-${GLib.random_int_range(0, 0x7fffffff).toString(36)}`;
  const parts = makeParts(pipeline, { options, sockets, cname }, emit);
  const { audio, video, content, camera } = parts;
  const jitter = new LegJitter([audio, video, content].flatMap((one) => (one === undefined ? [] : [one.medium])));
  const sync = audio && video && new LegSync(audio.medium, video.medium);
  const unwatch = watchBus(pipeline, {
    onError({ source, path, message }) {
      // What was removed meanwhile complains in vain.
      if (path.at(-1) !== pipeline || audio?.part.prompt.failed(path)) return;
      const endpoints = [audio?.medium.endpoint, video?.medium.endpoint, content?.medium.endpoint, camera?.endpoint];
      if (endpoints.some((endpoint) => endpoint?.failed(path))) return;
      emit({ event: 'error', code: 'pipeline', message: `${source}: ${message}` });
    },
  });
  if (audio) {
    const silences = audioMixers.map((name) => elementOf(pipeline, `${name}-silence`));
    for (const silence of silences) silence.set_property('samplesperbuffer', silentSamples);
  }
  playWithMixers(pipeline, audio ? audioMixers : []);
  let hurryUntil = milliseconds() + hurryMs;
  let heardAt = Number.NEGATIVE_INFINITY;
  const polling = repeat(() => {
    const now = milliseconds();
    const changing = [audio, video, content].some((one) => one?.medium.comingBin !== undefined);
    const hurried = changing || now < hurryUntil;
    const sound = hurried || now - heardAt >= calmSoundMs - pollMs;
    if (sound) heardAt = now;
    const parts = [video?.part, content?.part, jitter, sync, ...(sound ? [audio?.part, camera] : [])];
    for (const part of parts) part?.poll(now);
    if (changing) return changePollMs;
    return hurried ? pollMs : calmPollMs;
  });
  const collecting = repeat(() => {
    collectRemoved();
    return collectMs;
  });
  return {
    pipeline,
    ...parts,
    hurry() {
      const calm = milliseconds() >= hurryUntil;
      hurryUntil = milliseconds() + hurryMs;
      if (calm) polling.now();
    },
    close() {
      polling.stop();
      collecting.stop();
      unwatch();
      for (const one of [audio, video, content]) {
        one?.part.close();
        one?.medium.close();
      }
      camera?.close();
      pipeline.set_state(Gst.State.NULL);
    },
  };
}

interface Making {
  readonly options: OpenLeg;
  readonly sockets: Partial<Record<Kind, Sockets>>;
  readonly cname: string;
}

function makeParts(
  pipeline: Gst.Pipeline,
  { options, sockets, cname }: Making,
  emit: Emit<LegEvent>,
): Omit<OpenedLeg, 'pipeline' | 'hurry' | 'close'> {
  const onMismatch = () =>
    emit({ event: 'error', code: 'fingerprintMismatch', message: 'the certificate is not the one of the SDP' });
  const onLimited = (bitsPerSecond: number) =>
    emit({ event: 'limited', maxBitrateKbps: Math.max(1, Math.floor(bitsPerSecond / 1000)) });
  const onFrames = (payload: Uint8Array) => emit({ event: 'camera', payload: GLib.base64_encode(payload) });
  const medium = (kind: 'audio' | 'video' | 'content', listener: EndpointListener) =>
    sockets[kind] && new LegMedium(pipeline, kind, { sockets: sockets[kind], cname }, listener);
  const audio = medium('audio', { onMismatch });
  const video = medium('video', { onMismatch, onLimited });
  const content = medium('content', { onMismatch });
  return {
    audio: audio && { medium: audio, part: makeAudio(audio, emit) },
    video: video && { medium: video, part: makeVideo(video, options.slideText, emit) },
    content: content && { medium: content, part: makeContent(content, emit) },
    camera: sockets.camera && new LegCamera(pipeline, { sockets: sockets.camera, cname }, { onMismatch, onFrames }),
  };
}

function makeAudio(medium: LegMedium, emit: Emit<LegEvent>): LegAudio {
  return new LegAudio(medium, {
    onFlowing: () => emit({ event: 'audioFlowing' }),
    onDigit: (digit) => emit({ event: 'digit', digit }),
    onPlayed: () => emit({ event: 'played' }),
  });
}

function makeVideo(medium: LegMedium, slideText: string, emit: Emit<LegEvent>): LegVideo {
  return new LegVideo(medium, slideText, {
    onFlowing: (size) => emit({ event: 'videoFlowing', ...size }),
    onKeyFrameWanted: () => emit({ event: 'keyFrameWanted' }),
    onShowing: (picture) => emit({ event: 'showing', picture }),
    onChanged: (ssrc) => emit({ event: 'programChanged', ssrc }),
  });
}

/** Without a slide: while nobody presents, the second screen is the endpoint's own. */
function makeContent(medium: LegMedium, emit: Emit<LegEvent>): LegVideo {
  return new LegVideo(medium, undefined, {
    onFlowing: (size) => emit({ event: 'contentFlowing', ...size }),
    onKeyFrameWanted: () => emit({ event: 'keyFrameWanted' }),
  });
}

/** All or none: when the range is used up in between, what was bound is let go. */
function bindAll(options: OpenLeg): Partial<Record<Kind, Sockets>> {
  const bound: Partial<Record<Kind, Sockets>> = {};
  try {
    for (const kind of ['audio', 'video', 'content', 'camera'] as const) {
      if (options[kind]) bound[kind] = bindPair(options.bindAddress, options.portRange, dscp[kind]);
    }
    return bound;
  } catch (error) {
    for (const { rtp, rtcp } of Object.values(bound)) {
      rtp.socket.close();
      rtcp.socket.close();
    }
    throw error;
  }
}

/** Does something again and again, each time after as many ms as the last time answered. */
function repeat(act: () => number): { now(): void; stop(): void } {
  let timer = 0;
  const plan = (ms: number) => {
    timer = GLib.timeout_add(GLib.PRIORITY_DEFAULT, ms, () => {
      plan(act());
      return false;
    });
  };
  const stop = () => GLib.source_remove(timer);
  plan(0);
  return {
    now() {
      stop();
      plan(pollMs);
    },
    stop,
  };
}

function makePipeline(description: string): Gst.Pipeline {
  const pipeline = Gst.parse_launch(description) as Gst.Pipeline;
  pipeline.use_clock(Gst.SystemClock.obtain());
  return pipeline;
}

export function milliseconds(): number {
  return GLib.get_monotonic_time() / 1000;
}
