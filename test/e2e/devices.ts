import type { BrowserContext, Locator, Page } from 'playwright/test';

export interface FakeDevices {
  /** CSS colour of the whole camera picture. */
  colour: string;
  /** The microphone: a sine of this frequency. */
  toneHz: number;
  /** Much moves in the picture: it takes all the bit rate that it is allowed. */
  lively?: boolean;
}

/**
 * Gives every page of a context a camera of one colour and a microphone with one tone, and remembers the page's peer
 * connections, so that a test can measure what really arrives.
 */
export async function installDevices(context: BrowserContext, devices: FakeDevices): Promise<void> {
  await context.addInitScript(({ colour, toneHz, lively }: FakeDevices) => {
    const canvas = document.createElement('canvas');
    canvas.width = 640;
    canvas.height = 360;
    const draw = canvas.getContext('2d');
    let frame = 0;
    const noise = new ImageData(64, 36);
    const grain = new OffscreenCanvas(noise.width, noise.height);
    /** A third of the picture, clear of the middle by which it is known. */
    const stir = (draw: CanvasRenderingContext2D) => {
      crypto.getRandomValues(noise.data);
      grain.getContext('2d')?.putImageData(noise, 0, 0);
      draw.drawImage(grain, 0, 240, canvas.width, 120);
    };
    setInterval(() => {
      if (!draw) return;
      draw.fillStyle = colour;
      draw.fillRect(0, 0, canvas.width, canvas.height);
      // Something must move, or encoders and judges take it for a still.
      frame += 1;
      draw.fillStyle = 'white';
      draw.fillRect((frame * 4) % canvas.width, 0, 16, 16);
      if (lively) stir(draw);
    }, 66);
    const sound = new AudioContext();
    const tone = new OscillatorNode(sound, { frequency: toneHz });
    const volume = new GainNode(sound, { gain: 0.3 });
    const output = sound.createMediaStreamDestination();
    tone.connect(volume).connect(output);
    tone.start();
    const camera = canvas.captureStream(15);
    const open = async (wanted?: MediaStreamConstraints) => {
      void sound.resume();
      const tracks = [
        ...(wanted?.video ? camera.getVideoTracks() : []),
        ...(wanted?.audio ? output.stream.getAudioTracks() : []),
      ];
      return new MediaStream(tracks.map((track) => track.clone()));
    };
    navigator.mediaDevices.getUserMedia = open;
    navigator.mediaDevices.getDisplayMedia = () => open({ video: true, audio: true });

    const connections: RTCPeerConnection[] = [];
    Object.assign(window, { peerConnections: connections });
    const Original = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Original {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        connections.push(this);
      }
    };
  }, devices);
}

declare global {
  interface Window {
    peerConnections: RTCPeerConnection[];
  }
}

/**
 * Level of a tone in all the sound that this page receives, in dB of full scale, the loudest over `ms`. Silence, or
 * no sound at all, is −120.
 */
export function toneHeard(page: Page, hz: number, ms = 1200): Promise<number> {
  return toneIn(page, hz, 'received', ms);
}

/** The same in all that its elements give to the speakers, as loud as they give it. */
export function tonePlayed(page: Page, hz: number, ms = 1200): Promise<number> {
  return toneIn(page, hz, 'played', ms);
}

function toneIn(page: Page, hz: number, where: 'received' | 'played', ms: number): Promise<number> {
  return page.evaluate(
    async ({ hz, ms, where }) => {
      const received = () =>
        window.peerConnections
          .filter((connection) => connection.connectionState === 'connected')
          .flatMap((connection) => connection.getReceivers())
          .filter(({ track }) => track.kind === 'audio' && track.readyState === 'live')
          .map(({ track }) => ({ stream: new MediaStream([track]), volume: 1 }));
      const played = () =>
        [...document.querySelectorAll('audio')].flatMap(({ muted, paused, srcObject, volume }) =>
          muted || paused || !(srcObject instanceof MediaStream) ? [] : [{ stream: srcObject, volume }],
        );
      const sounds = where === 'received' ? received() : played();
      if (sounds.length === 0) return -120;
      const context = new AudioContext();
      const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
      for (const { stream, volume } of sounds)
        context
          .createMediaStreamSource(stream)
          .connect(new GainNode(context, { gain: volume }))
          .connect(analyser);
      const spectrum = new Float32Array(analyser.frequencyBinCount);
      const bin = Math.round((hz * analyser.fftSize) / context.sampleRate);
      let loudest = -120;
      for (const end = performance.now() + ms; performance.now() < end; ) {
        await new Promise((resolve) => setTimeout(resolve, 60));
        analyser.getFloatFrequencyData(spectrum);
        for (const near of [bin - 1, bin, bin + 1]) loudest = Math.max(loudest, spectrum[near] ?? -120);
      }
      await context.close();
      return Math.max(-120, loudest);
    },
    { hz, ms, where },
  );
}

/** Mean colour of what a tile shows now: `[r, g, b]`, or null while there is no such tile or no picture in it. */
export async function colourShown(tile: Locator): Promise<[number, number, number] | null> {
  const video = tile.locator('video');
  if ((await video.count()) !== 1) return null;
  return video.evaluate((video) => {
    if (!(video instanceof HTMLVideoElement) || video.readyState < 2 || video.videoWidth === 0) return null;
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 8;
    const draw = canvas.getContext('2d');
    if (!draw) return null;
    // The middle, clear of names and badges.
    const { videoWidth: w, videoHeight: h } = video;
    draw.drawImage(video, w * 0.3, h * 0.3, w * 0.4, h * 0.4, 0, 0, 8, 8);
    const { data } = draw.getImageData(0, 0, 8, 8);
    const sum = [0, 0, 0];
    for (let i = 0; i < data.length; i += 4) for (const c of [0, 1, 2]) sum[c] = (sum[c] ?? 0) + (data[i + c] ?? 0);
    return [sum[0] ?? 0, sum[1] ?? 0, sum[2] ?? 0].map((s) => Math.round(s / 64)) as [number, number, number];
  });
}

/** How many new frames a tile shows within `ms`: a picture that has come to a stand shows none. */
export async function framesShown(tile: Locator, ms = 1000): Promise<number> {
  const video = tile.locator('video');
  if ((await video.count()) !== 1) return 0;
  return video.evaluate(async (video, ms) => {
    if (!(video instanceof HTMLVideoElement)) return 0;
    const before = video.getVideoPlaybackQuality().totalVideoFrames;
    await new Promise((resolve) => setTimeout(resolve, ms));
    return video.getVideoPlaybackQuality().totalVideoFrames - before;
  }, ms);
}
