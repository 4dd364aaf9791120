import { describe, expect, it } from 'vitest';
import { cameraEncodings } from '../../../client/media/encodings.ts';

describe('cameraEncodings', () => {
  it('sends a quarter, a half and the whole of 720 lines, each at its own rate', () => {
    const layers = cameraEncodings(720);
    expect(layers.map((layer) => layer.scaleResolutionDownBy)).toEqual([4, 2, 1]);
    const rates = layers.map((layer) => layer.maxBitrate ?? 0);
    expect(rates).toEqual([...rates].sort((a, b) => a - b));
  });
  it('spares a small camera the third layer', () => {
    expect(cameraEncodings(360).map((layer) => layer.scaleResolutionDownBy)).toEqual([2, 1]);
  });
});
