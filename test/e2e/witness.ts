/** What a page heard and saw of somebody while its line did what it did. */
import type { Page } from 'playwright/test';

export interface Moment {
  /** `Date.now()`: one clock for the whole machine. */
  at: number;
  /** Level of the tone, in dB of full scale; −120 is silence. */
  level: number;
  /** Frames shown since the moment before. */
  frames: number;
  /** Lines of the picture, 0 where there is none. */
  height: number;
}

interface Witnessed {
  hz: number;
  name: string;
}

const EVERY_MS = 100;
/** A tone of 0.3 comes in at about −16 dB. */
const AUDIBLE = -50;

/** From now on the page writes down, ten times a second, what it hears of this tone and sees in this participant's tile. */
export async function beginWitness(page: Page, witnessed: Witnessed): Promise<void> {
  await page.evaluate(
    ({ hz, name, everyMs }) => {
      const moments: Moment[] = [];
      Object.assign(window, { moments });
      const context = new AudioContext();
      const analyser = new AnalyserNode(context, { fftSize: 4096, smoothingTimeConstant: 0 });
      const spectrum = new Float32Array(analyser.frequencyBinCount);
      const bin = Math.round((hz * analyser.fftSize) / context.sampleRate);
      const sources = new Map<MediaStreamTrack, MediaStreamAudioSourceNode>();
      const listen = () => {
        const tracks = window.peerConnections
          .flatMap((connection) => connection.getReceivers())
          .map(({ track }) => track)
          .filter(({ kind, readyState }) => kind === 'audio' && readyState === 'live');
        for (const [track, source] of sources) if (!tracks.includes(track)) source.disconnect();
        for (const track of tracks) {
          if (sources.has(track)) continue;
          const source = context.createMediaStreamSource(new MediaStream([track]));
          source.connect(analyser);
          sources.set(track, source);
        }
      };
      let shown: { video: HTMLVideoElement; frames: number } | undefined;
      const look = () => {
        const tiles = [...document.querySelectorAll('.stage .tile')];
        const video = tiles.find(({ textContent }) => textContent?.includes(name))?.querySelector('video');
        if (!video) {
          shown = undefined;
          return { frames: 0, height: 0 };
        }
        const { totalVideoFrames } = video.getVideoPlaybackQuality();
        const before = shown?.video === video ? shown.frames : totalVideoFrames;
        shown = { video, frames: totalVideoFrames };
        return { frames: Math.max(0, totalVideoFrames - before), height: video.videoHeight };
      };
      setInterval(() => {
        listen();
        analyser.getFloatFrequencyData(spectrum);
        const level = Math.max(-120, ...[bin - 1, bin, bin + 1].map((near) => spectrum[near] ?? -120));
        moments.push({ at: Date.now(), level, ...look() });
      }, everyMs);
    },
    { ...witnessed, everyMs: EVERY_MS },
  );
}

declare global {
  interface Window {
    moments: Moment[];
  }
}

export async function momentsOf(page: Page, from = 0, to = Number.POSITIVE_INFINITY): Promise<Moment[]> {
  const moments = await page.evaluate(() => window.moments);
  return moments.filter(({ at }) => at >= from && at < to);
}

export interface Account {
  /** Part of the time in which the tone was heard. */
  heard: number;
  /** The longest time without it, ms. */
  silenceMs: number;
  framesPerSecond: number;
  /** The longest time without a new frame, ms. */
  stillMs: number;
  /** The most lines that the picture had at the end. */
  height: number;
}

export function accountOf(moments: readonly Moment[]): Account {
  const seconds = Math.max(1, moments.length) * (EVERY_MS / 1000);
  return {
    heard: moments.filter(isHeard).length / Math.max(1, moments.length),
    silenceMs: longest(moments, isHeard),
    framesPerSecond: moments.reduce((sum, { frames }) => sum + frames, 0) / seconds,
    stillMs: longest(moments, isMoving),
    height: Math.max(0, ...moments.slice(-10).map(({ height }) => height)),
  };
}

/** How long after `since` sound and picture go on for good, that is for the second that follows; ms, infinite if never. */
export function backAfter(moments: readonly Moment[], since: number): { soundMs: number; pictureMs: number } {
  const after = (goesOn: (moment: Moment) => boolean, share: number) => {
    const later = moments.filter(({ at }) => at >= since);
    const first = later.findIndex((moment, index) => {
      const second = later.slice(index, index + 1000 / EVERY_MS);
      return goesOn(moment) && second.length === 10 && second.filter(goesOn).length >= share * second.length;
    });
    return (later[first]?.at ?? Number.POSITIVE_INFINITY) - since;
  };
  return { soundMs: after(isHeard, 0.9), pictureMs: after(isMoving, 0.3) };
}

function isHeard({ level }: Moment): boolean {
  return level > AUDIBLE;
}

function isMoving({ frames }: Moment): boolean {
  return frames > 0;
}

function longest(moments: readonly Moment[], goesOn: (moment: Moment) => boolean): number {
  let [most, last] = [0, moments[0]?.at ?? 0];
  for (const moment of moments) {
    most = Math.max(most, moment.at - last);
    if (goesOn(moment)) last = moment.at;
  }
  return most;
}
