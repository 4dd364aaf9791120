const SIZE = { width: 640, height: 360 };
const FRAMES_PER_SECOND = 25;
/** Each point of it is drawn so large: fine noise is more than encoders of slow machines can bear. */
const GRAIN = 4;
const TONE = { frequency: 440, gain: 0.02 };

/** A picture that no encoder can make small, and a quiet tone. */
export interface Noise {
  readonly picture: MediaStreamTrack;
  readonly tone: MediaStreamTrack;
  close(): void;
}

/** Nothing of the person or the room is in it. Whoever opens it closes it. */
export function openNoise(): Noise {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, SIZE);
  const drawing = canvas.getContext('2d');
  const grains = new OffscreenCanvas(SIZE.width / GRAIN, SIZE.height / GRAIN);
  const grainsDrawing = grains.getContext('2d');
  const points = new ImageData(grains.width, grains.height);
  const draw = () => {
    // getRandomValues gives 65,536 octets at a time (Web Cryptography 10.1.1).
    for (let from = 0; from < points.data.length; from += 65_536) {
      crypto.getRandomValues(points.data.subarray(from, from + 65_536));
    }
    for (let alpha = 3; alpha < points.data.length; alpha += 4) points.data[alpha] = 255;
    grainsDrawing?.putImageData(points, 0, 0);
    drawing?.drawImage(grains, 0, 0, canvas.width, canvas.height);
  };
  draw();
  const timer = setInterval(draw, 1000 / FRAMES_PER_SECOND);
  const picture = canvas.captureStream(FRAMES_PER_SECOND).getVideoTracks()[0];
  const sound = new AudioContext();
  const output = sound.createMediaStreamDestination();
  const oscillator = new OscillatorNode(sound, { frequency: TONE.frequency });
  oscillator.connect(new GainNode(sound, { gain: TONE.gain })).connect(output);
  oscillator.start();
  const tone = output.stream.getAudioTracks()[0];
  if (!picture || !tone) throw new Error('no track of the noise');
  return {
    picture,
    tone,
    close() {
      clearInterval(timer);
      picture.stop();
      oscillator.stop();
      void sound.close();
    },
  };
}
