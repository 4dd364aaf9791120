import { expect, test } from 'vitest';
import { drawSlide, sizeSlide } from '../../../../gateway/engine/job/slide.ts';

test('the slide stays within the level the endpoint announced', () => {
  expect(sizeSlide('42e01f', 1500)).toEqual({ width: 1280, height: 720, kbps: 400 });
  expect(sizeSlide('42e01e', 512)).toEqual({ width: 640, height: 360, kbps: 256 });
  expect(sizeSlide('42E00C', 128)).toEqual({ width: 320, height: 180, kbps: 64 });
});

test('text is drawn line by line, and markup in it stays text', () => {
  const drawn = drawSlide('Giao ban <tháng>\nVui lòng chờ', 640, 360);
  expect(drawn.match(/<text /g)).toHaveLength(2);
  expect(drawn).toContain('Giao ban &lt;tháng&gt;');
  expect(drawSlide('', 640, 360)).not.toContain('<text ');
});
