import { expect, test } from 'vitest';
import { clock, drawMoment, drawRoom } from '../../../../../gateway/engine/job/simulators/simulator-scene.ts';

const scene = { width: 320, height: 180, hue: 205, name: 'Ba Bể & Pác Nặm' };

test('the room carries the name and the hue of its site', () => {
  const drawn = drawRoom(scene);
  expect(drawn).toContain('Ba Bể &amp; Pác Nặm');
  expect(drawn).toContain('hsl(205,');
});

test('the figure moves, and a lamp is lit while the site speaks', () => {
  const quiet = drawMoment(scene, { time: 10, speaking: false });
  expect(drawMoment(scene, { time: 10.5, speaking: false })).not.toBe(quiet);
  expect(quiet).not.toContain('#ff4d3d');
  expect(drawMoment(scene, { time: 10, speaking: true })).toContain('#ff4d3d');
});

test('the clock shows milliseconds', () => {
  expect(clock(0)).toBe('00:00:00.000');
  expect(clock(86_399.9995)).toBe('23:59:59.999');
});
