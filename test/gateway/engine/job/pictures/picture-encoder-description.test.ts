import { expect, test } from 'vitest';
import { encoderDescription } from '../../../../../gateway/engine/job/pictures/picture-encoder-description.ts';

const settings = { fps: 25, bitrateKbps: 1500, preset: 'superfast' } as const;

test('x264 has a key frame every 10 s and for no other reason of its own', () => {
  const description = encoderDescription('x264enc', settings);
  expect(description).toContain(' bitrate=1500 ');
  expect(description).toContain(' key-int-max=250 ');
  expect(description).toContain('scenecut=0');
  expect(description).toContain('slice-max-size=1180');
});

test.each(['x264enc', 'vah264enc', 'vaapih264enc', 'nvh264enc'] as const)(
  '%s makes at most one key frame a second, and no frames from the future',
  (element) => {
    const description = encoderDescription(element, settings);
    expect(description).toContain(`${element} name=encoder `);
    // GStreamer 1.22 would take a request before the first frame for one in a thousand hours.
    expect(description).not.toContain('min-force-key-unit-interval');
    expect(description).toMatch(/ (bframes|b-frames|max-bframes)=0 /);
  },
);
