import { expect, test } from 'vitest';
import { drawSlide, sizeSlide } from '../../../../gateway/engine/job/slide.ts';

test('the slide stays within what the endpoint announced', () => {
  expect(sizeSlide(3600, 1500)).toEqual({ width: 1280, height: 720, kbps: 400 });
  expect(sizeSlide(1620, 512)).toEqual({ width: 640, height: 360, kbps: 256 });
  expect(sizeSlide(396, 128)).toEqual({ width: 320, height: 180, kbps: 64 });
  expect(sizeSlide(99, 64)).toEqual({ width: 160, height: 90, kbps: 48 });
});

test('text is drawn line by line, and markup in it stays text', () => {
  const drawn = drawSlide('Giao ban <tháng>\nVui lòng chờ', 640, 360);
  expect(drawn.match(/<text /g)).toHaveLength(2);
  expect(drawn).toContain('Giao ban &lt;tháng&gt;');
  expect(drawSlide('', 640, 360)).not.toContain('<text ');
});
