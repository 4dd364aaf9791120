import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Stills } from '../../../client/media/stills.ts';

let see: (entries: { target: Element; isIntersecting: boolean }[]) => void;
const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
let told: string[][];
let stills: Stills;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('document', page);
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      constructor(callback: typeof see) {
        see = callback;
      }
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
  told = [];
  stills = new Stills(() => told.push(stills.wanted()));
});
afterEach(() => {
  stills.close();
  page.visibilityState = 'visible';
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** The unit tests have no page: an element is a thing of its own. */
const element = () => new EventTarget() as Element;

it('wants the stills of the cards in sight, all in one message, each once', () => {
  const [a, b, again] = [element(), element(), element()];
  stills.add(b, 'site-b');
  stills.add(a, 'site-a');
  const gone = stills.add(again, 'site-a');
  vi.runAllTimers();
  gone();
  vi.runAllTimers();
  see([{ target: b, isIntersecting: false }]);
  vi.runAllTimers();
  expect(told).toEqual([['site-a', 'site-b'], ['site-a']]);
});

it('wants nothing while the page is hidden', () => {
  stills.add(element(), 'site-a');
  vi.runAllTimers();
  page.visibilityState = 'hidden';
  page.dispatchEvent(new Event('visibilitychange'));
  vi.runAllTimers();
  expect(told).toEqual([['site-a'], []]);
});

it('keeps the last still of each', () => {
  stills.received({ notice: 'still', participantId: 'site-a', jpeg: 'AAAA' });
  stills.received({ notice: 'still', participantId: 'site-a', jpeg: 'BBBB' });
  expect([...stills.pictures]).toEqual([['site-a', 'data:image/jpeg;base64,BBBB']]);
});
