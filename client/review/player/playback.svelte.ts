import type { Timeline } from '../../../server/protocol/recording.ts';
import { type Stretch, toAt, toMedia } from '../recording-time.ts';
import { afterSilence } from '../timeline/silence.ts';

export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3] as const;
export type Rate = (typeof RATES)[number];

export interface PlaybackOptions {
  /** What is known of the recording by now. */
  timeline: () => Pick<Timeline, 'parts' | 'durationMs'>;
  /** The stretch that may be seen. */
  limits: () => Stretch;
  /** By media time. */
  silences: () => readonly Stretch[];
}

/** Often enough for a hand that moves, and seldom enough for a list that follows. */
const LOOK_MS = 60;
const USUAL_FRAME_SECONDS = 1 / 25;

/** The picture and its time, as a page shows and moves it. `attach` is for its video element. */
export class Playback {
  /** By the recording's own time, ms. */
  at = $state(0);
  /** Until where there is something: while it runs, further than the timeline knows. */
  end = $state(0);
  playing = $state(false);
  waiting = $state(false);
  rate = $state<Rate>(1);
  muted = $state(false);
  skipping = $state(false);
  ended = $state(false);
  /** How often one went elsewhere. */
  jumps = $state(0);
  readonly #options: PlaybackOptions;
  #video: HTMLVideoElement | undefined;
  /** Where to go as soon as the last jump has arrived: a browser that is sent on and on shows nothing. */
  #next: number | undefined;
  /** Where a stretch that is played ends. */
  #stopAt: number | undefined;
  #frame = { at: 0, seconds: USUAL_FRAME_SECONDS };

  constructor(options: PlaybackOptions) {
    this.#options = options;
  }

  readonly attach = (video: HTMLVideoElement): (() => void) => {
    this.#video = video;
    const stop = new AbortController();
    const on = (names: string[], listener: () => void) => {
      for (const name of names) video.addEventListener(name, listener, { signal: stop.signal });
    };
    on(['timeupdate', 'durationchange', 'progress'], () => this.#look());
    on(['play', 'pause', 'ended', 'playing', 'waiting', 'seeked', 'volumechange', 'ratechange'], () =>
      this.#read(video),
    );
    on(['seeked'], () => this.#arrive(video));
    on(['play'], () => this.#follow(video));
    on(['waiting'], () => {
      this.waiting = true;
    });
    video.preservesPitch = true;
    this.#watchFrames(video, stop.signal);
    return () => {
      stop.abort();
      this.#video = undefined;
    };
  };

  toggle(): void {
    if (this.playing) this.#video?.pause();
    else this.play();
  }

  play(): void {
    // Refused where the browser wants a click first; then the button still says "play".
    this.#video?.play().catch(() => this.#video && this.#read(this.#video));
  }

  pause(): void {
    this.#video?.pause();
  }

  /** @param at by the recording's own time, ms; within what may be seen */
  seek(at: number): void {
    const video = this.#video;
    const { from, to } = this.#options.limits();
    const last = Math.max(this.end, Math.min(to, this.#options.timeline().durationMs));
    this.at = Math.min(Math.max(at, from), Math.min(to, last));
    this.#stopAt = undefined;
    this.jumps += 1;
    if (!video) return;
    const target = toMedia(this.#options.timeline(), this.at);
    if (video.seeking) this.#next = target;
    else video.currentTime = target;
  }

  jump(ms: number): void {
    this.seek(this.at + ms);
  }

  /** Plays from here to there and then stands. */
  playStretch({ from, to }: Stretch): void {
    this.seek(from);
    this.#stopAt = to;
    this.play();
  }

  stopAt(at: number): void {
    this.#stopAt = at;
  }

  /** To the middle of the neighbouring picture, so that no rounding shows the same one again. */
  step(frames: 1 | -1): void {
    const video = this.#video;
    if (!video) return;
    video.pause();
    const { at, seconds } = this.#frame;
    const shown = Math.abs(at - video.currentTime) < 1 ? at : video.currentTime;
    video.currentTime = Math.max(0, shown + (frames + 0.5) * seconds);
  }

  setRate(rate: Rate): void {
    this.rate = rate;
    if (this.#video) this.#video.playbackRate = rate;
  }

  stepRate(step: 1 | -1): void {
    const next = RATES[RATES.indexOf(this.rate) + step];
    if (next !== undefined) this.setRate(next);
  }

  toggleMuted(): void {
    if (this.#video) this.#video.muted = !this.#video.muted;
  }

  /** To what is happening now, a little behind it. */
  goLive(): void {
    this.seek(this.end);
    this.setRate(1);
    this.play();
  }

  #read(video: HTMLVideoElement): void {
    this.playing = !video.paused && !video.ended;
    this.waiting = this.playing && video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA;
    this.ended = video.ended;
    this.muted = video.muted;
    // Another source begins at the usual speed.
    if (video.playbackRate !== this.rate) video.playbackRate = this.rate;
    this.#look();
  }

  #look(): void {
    const video = this.#video;
    if (!video) return;
    const timeline = this.#options.timeline();
    const { seekable } = video;
    if (seekable.length > 0) this.end = toAt(timeline, seekable.end(seekable.length - 1));
    if (video.seeking || this.#next !== undefined) return;
    this.at = toAt(timeline, video.currentTime);
    const { to } = this.#options.limits();
    if (this.playing && this.at >= Math.min(to, this.#stopAt ?? to)) {
      this.#stopAt = undefined;
      video.pause();
    }
    if (this.playing && this.skipping) this.#skip(video);
  }

  #skip(video: HTMLVideoElement): void {
    const after = afterSilence(this.#options.silences(), video.currentTime * 1000);
    if (after !== undefined) video.currentTime = after / 1000;
  }

  #arrive(video: HTMLVideoElement): void {
    if (this.#next === undefined) return;
    video.currentTime = this.#next;
    this.#next = undefined;
  }

  /** While it plays; `timeupdate` comes only four times a second. */
  #follow(video: HTMLVideoElement): void {
    const timer = setInterval(() => {
      if (video.paused || this.#video !== video) clearInterval(timer);
      else this.#look();
    }, LOOK_MS);
  }

  /** How long a picture is shown, which no file says. */
  #watchFrames(video: HTMLVideoElement, signal: AbortSignal): void {
    if (!('requestVideoFrameCallback' in video)) return;
    const shown: VideoFrameRequestCallback = (_now, { mediaTime }) => {
      if (signal.aborted) return;
      const seconds = mediaTime - this.#frame.at;
      const isNext = seconds > 0.005 && seconds < 0.2;
      this.#frame = {
        at: mediaTime,
        seconds: isNext && this.playing && this.rate <= 1 ? seconds : this.#frame.seconds,
      };
      video.requestVideoFrameCallback(shown);
    };
    video.requestVideoFrameCallback(shown);
  }
}
