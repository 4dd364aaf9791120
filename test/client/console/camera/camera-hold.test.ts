import { describe, expect, it, vi } from 'vitest';
import {
  CameraHold,
  directionOf,
  freePreset,
  movementOf,
  presetOf,
} from '../../../../client/console/camera/camera-hold.ts';
import type { Movement } from '../../../../server/protocol/records.ts';

const LEFT = { pan: -1, tilt: 0, zoom: 0 };
const LEFT_UP = { pan: -1, tilt: 1, zoom: 0 };
const STILL = { pan: 0, tilt: 0, zoom: 0 };

/** A room that answers when it is told to. */
function slowRoom() {
  const told: Movement[] = [];
  const answers: ((done: boolean) => void)[] = [];
  const hold = new CameraHold((movement) => {
    told.push(movement);
    return new Promise((resolve) => answers.push(resolve));
  });
  const answer = async (done = true) => {
    answers.shift()?.(done);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { hold, told, answer };
}

describe('CameraHold', () => {
  it('moves while something is held and stops when it is let go', async () => {
    const { hold, told, answer } = slowRoom();
    hold.press('left');
    await answer();
    hold.press('up');
    await answer();
    hold.release('up');
    await answer();
    hold.release('left');
    await answer();
    expect(told).toEqual([LEFT, LEFT_UP, LEFT, STILL]);
  });

  it('sends one after the other, and of several wishes only the last', async () => {
    const { hold, told, answer } = slowRoom();
    hold.press('left');
    hold.press('up');
    hold.release('left');
    hold.stop();
    expect(told).toEqual([LEFT]);
    await answer();
    expect(told).toEqual([LEFT, STILL]);
    await answer();
    expect(told).toHaveLength(2);
  });

  it('says nothing where nothing changes', async () => {
    const { hold, told } = slowRoom();
    hold.stop();
    hold.release('in');
    hold.press('left');
    hold.press('left');
    expect(told).toEqual([LEFT]);
  });

  it('stops also where it is not known whether the movement began', async () => {
    const { hold, told, answer } = slowRoom();
    hold.press('left');
    await answer(false);
    expect(told).toEqual([LEFT]);
    hold.release('left');
    await answer();
    expect(told).toEqual([LEFT, STILL]);
  });

  it('sends a refused stop again, but not for ever', async () => {
    vi.useFakeTimers();
    try {
      const told: Movement[] = [];
      const hold = new CameraHold(async (movement) => {
        told.push(movement);
        return movement.pan !== 0;
      });
      hold.press('left');
      await vi.advanceTimersByTimeAsync(0);
      hold.release('left');
      await vi.advanceTimersByTimeAsync(60_000);
      expect(told[0]).toEqual(LEFT);
      expect(told.slice(1).every((movement) => movement.pan === 0)).toBe(true);
      expect(told.length).toBeGreaterThan(2);
      expect(told.length).toBeLessThan(10);
    } finally {
      vi.useRealTimers();
    }
  });
});

it('lets opposites hold each other', () => {
  expect(movementOf(new Set(['left', 'right', 'in']))).toEqual({ pan: 0, tilt: 0, zoom: 1 });
});

it('reads arrows, plus and minus, with and without Shift, and the figures of presets', () => {
  expect(['ArrowLeft', 'ArrowUp', '+', '=', '-', '_', 'a'].map(directionOf)).toEqual([
    'left',
    'up',
    'in',
    'in',
    'out',
    'out',
    null,
  ]);
  expect(['1', '9', '0', 'x', '12'].map(presetOf)).toEqual([0, 8, 9, null, null]);
});

it('stores into the first preset that is free, of sixteen', () => {
  expect(freePreset([])).toBe(0);
  expect(freePreset([{ preset: 0 }, { preset: 2 }])).toBe(1);
  expect(freePreset(Array.from({ length: 16 }, (_, preset) => ({ preset })))).toBeNull();
});
