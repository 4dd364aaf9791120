import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LayerDemand } from '../../../server/media/layer-demand.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const far = (layer: number, short = false) => ({ layer, short, local: false });

function demand(local = true) {
  const said: number[][] = [];
  return { said, demand: new LayerDemand({ layers: 3, local, say: (layers) => said.push(layers) }) };
}

test('a sender is told soon what nobody wants yet, and what somebody wants', () => {
  const { said, demand: d } = demand();
  vi.advanceTimersByTime(300);
  expect(said).toEqual([[]]);
  d.set('wall', far(0));
  d.set('stage', far(2));
  expect(said).toHaveLength(1);
  vi.advanceTimersByTime(300);
  expect(said).toEqual([[], [0, 2]]);
});

test('a picture of one layer is wanted or not', () => {
  const said: number[][] = [];
  const d = new LayerDemand({ layers: 1, local: true, say: (layers) => said.push(layers) });
  vi.advanceTimersByTime(300);
  d.set('leg', { layer: 2, short: false, local: true });
  vi.advanceTimersByTime(300);
  d.set('leg', undefined);
  vi.advanceTimersByTime(5_000);
  expect(said).toEqual([[], [0], []]);
});

test('what nobody wants any more ends after a while, and not at all where somebody wants it again', () => {
  const { said, demand: d } = demand();
  d.set('wall', far(0));
  vi.advanceTimersByTime(300);
  d.set('wall', undefined);
  vi.advanceTimersByTime(4_000);
  d.set('wall', far(0));
  vi.advanceTimersByTime(60_000);
  expect(said).toEqual([[0]]);
  d.set('wall', undefined);
  vi.advanceTimersByTime(5_000);
  expect(said).toEqual([[0], []]);
});

test('a change of layer has both for a while, so that the picture goes on', () => {
  const { said, demand: d } = demand();
  d.set('tile', far(0));
  vi.advanceTimersByTime(300);
  d.set('tile', far(2));
  vi.advanceTimersByTime(300);
  expect(said.at(-1)).toEqual([0, 2]);
  vi.advanceTimersByTime(5_000);
  expect(said).toEqual([[0], [0, 2], [2]]);
});

test('a weak line gets every layer below the one it cannot bear', () => {
  const { said, demand: d } = demand();
  d.set('site', far(2, true));
  vi.advanceTimersByTime(300);
  expect(said).toEqual([[0, 1, 2]]);
});

test('a service takes a service’s largest layer, which costs no encoder; a browser’s as its tile needs', () => {
  const composer = { layer: 0, short: false, local: true };
  const ofCodec = demand();
  const ofBrowser = demand(false);
  for (const { demand: d } of [ofCodec, ofBrowser]) d.set('composer', composer);
  vi.advanceTimersByTime(300);
  expect([ofCodec.said, ofBrowser.said]).toEqual([[[2]], [[0]]]);
});

test('nothing is said of a picture that has ended', () => {
  const { said, demand: d } = demand();
  d.set('tile', far(1));
  d.close();
  d.set('tile', far(2));
  vi.advanceTimersByTime(60_000);
  expect(said).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
