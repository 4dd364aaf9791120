const WAIT_MS = 800;
const [SMALL_WIDTH, SMALL_HEIGHT] = [64, 36];
/** On average, of 255: a cap on the lens, not a dim room. */
const DARK = 14;

/** @param pixels RGBA, one byte each */
export function isDark(pixels: ArrayLike<number>): boolean {
  let sum = 0;
  // Rec. ITU-R BT.709: what each colour gives to the brightness.
  for (let i = 0; i + 2 < pixels.length; i += 4) {
    sum += 0.2126 * (pixels[i] ?? 0) + 0.7152 * (pixels[i + 1] ?? 0) + 0.0722 * (pixels[i + 2] ?? 0);
  }
  return sum / Math.max(1, pixels.length / 4) < DARK;
}

/** Opens the camera and looks at a picture of it (REG-5). Rejects where it cannot be opened. */
export async function tryCamera(): Promise<{ width: number; height: number; dark: boolean }> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 1280, height: 720 } });
  try {
    const video = document.createElement('video');
    video.muted = true;
    video.srcObject = stream;
    await video.play();
    // Cameras begin dark and find their exposure.
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    const { videoWidth: width, videoHeight: height } = video;
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [SMALL_WIDTH, SMALL_HEIGHT];
    const drawn = canvas.getContext('2d');
    drawn?.drawImage(video, 0, 0, SMALL_WIDTH, SMALL_HEIGHT);
    const pixels = drawn?.getImageData(0, 0, SMALL_WIDTH, SMALL_HEIGHT).data ?? [];
    video.srcObject = null;
    return { width, height, dark: isDark(pixels) };
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}
