/** What pages do to measure from glass to glass: a camera that shows the number of each picture, and an eye that reads it. */
import type { BrowserContext, Page } from 'playwright';

/** A number and when it was drawn or seen, in ms since 1970. */
export type Sighting = readonly [number: number, at: number];

declare global {
  interface Window {
    drawn: Sighting[];
    /** Reads the numbers that a video shows for `ms`. */
    readNumbers(video: HTMLVideoElement, ms: number): Promise<Sighting[]>;
  }
}

/** Eight blocks in the lower fifth of the picture, as `_timecode.ts` paints and reads them too. */
export async function installTimecodes(context: BrowserContext, framesPerSecond: number): Promise<void> {
  await context.addInitScript((framesPerSecond) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
    const draw = canvas.getContext('2d');
    window.drawn = [];
    setInterval(() => {
      if (!draw) return;
      const number = (window.drawn.at(-1)?.[0] ?? 0) + 1;
      draw.fillStyle = '#557';
      draw.fillRect(0, 0, 640, 288);
      draw.fillStyle = '#aa8';
      draw.fillRect((number * 8) % 600, 100, 40, 80);
      for (let bit = 0; bit < 8; bit++) {
        draw.fillStyle = (number >> bit) & 1 ? '#ddd' : '#222';
        draw.fillRect(bit * 80, 288, 80, 72);
      }
      window.drawn.push([number, Date.now()]);
    }, 1000 / framesPerSecond);
    const camera = canvas.captureStream(framesPerSecond);
    const { getUserMedia } = navigator.mediaDevices;
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      const given = await getUserMedia(wanted);
      if (!wanted?.video) return given;
      return new MediaStream([...given.getAudioTracks(), ...camera.getVideoTracks().map((track) => track.clone())]);
    };
    const eye = Object.assign(document.createElement('canvas'), { width: 64, height: 40 }).getContext('2d', {
      willReadFrequently: true,
    });
    window.readNumbers = (video, ms) => {
      const seen: Sighting[] = [];
      const until = Date.now() + ms;
      return new Promise((resolve) => {
        const look = () => {
          const at = Date.now();
          eye?.drawImage(video, 0, 0, 64, 40);
          const row = eye?.getImageData(0, 33, 64, 1).data ?? [];
          let number = 0;
          for (let bit = 0; bit < 8; bit++) if ((row[(bit * 8 + 4) * 4] ?? 0) > 128) number |= 1 << bit;
          seen.push([number, at]);
          if (at < until) video.requestVideoFrameCallback(look);
        };
        video.requestVideoFrameCallback(look);
        setTimeout(() => resolve(seen), ms + 500);
      });
    };
  }, framesPerSecond);
}

/** Of the one tile that the page shows. */
export function seenIn(page: Page, ms: number): Promise<Sighting[]> {
  return page
    .locator('.stage .tile video')
    .first()
    .evaluate((video, ms) => {
      if (!(video instanceof HTMLVideoElement)) throw new Error('no video');
      return window.readNumbers(video, ms);
    }, ms);
}
