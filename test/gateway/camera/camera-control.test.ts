import { describe, expect, it } from 'vitest';
import { CameraControl, timing } from '../../../gateway/camera/camera-control.ts';
import { encodeManagement } from '../../../gateway/camera/h224.ts';
import type { CameraMessage } from '../../../gateway/camera/h281.ts';
import { seededRandom } from '../../integration/random.ts';
import { abilities, actIn, EndpointCamera } from './endpoint-camera.ts';

const left = { pan: -1, tilt: 0, zoom: 0 } as const;
const up = { pan: 0, tilt: 1, zoom: 0 } as const;
const nowhere = { pan: 0, tilt: 0, zoom: 0 } as const;

/** Only the camera's messages. */
function acts(payloads: Buffer[]): CameraMessage[] {
  return payloads.flatMap((payload) => actIn(payload) ?? []);
}
const kinds = (payloads: Buffer[]) => acts(payloads).map(({ kind }) => kind);

/** Every tick until then, with its time. */
function run(control: CameraControl, until: number): { at: number; kind: string }[] {
  const said: { at: number; kind: string }[] = [];
  for (let at = control.nextAt; at !== undefined && at <= until; at = control.nextAt) {
    said.push(...kinds(control.tick(at)).map((kind) => ({ at: at ?? 0, kind })));
  }
  return said;
}

/** 15 presets; the main camera pans, tilts and zooms. */
const theirs = encodeManagement({ kind: 'capabilities', client: 1, capabilities: Buffer.from([0x0f, 0x14, 0xe0]) });

/** All introductions are over at 20 s. */
function introduced(): CameraControl {
  const control = new CameraControl();
  control.start(0);
  control.receive(theirs);
  run(control, 20_000);
  return control;
}

describe('moving a far camera', () => {
  it('starts, repeats, goes on at half the timeout, and stops twice', () => {
    const control = introduced();
    expect(acts(control.move(left, 23_000))).toEqual([
      { kind: 'start', movement: { ...left, focus: 0 }, timeoutMs: timing.timeout },
    ]);
    expect(run(control, 24_300)).toEqual([
      { at: 23_100, kind: 'start' },
      { at: 23_400, kind: 'continue' },
      { at: 23_800, kind: 'continue' },
      { at: 24_200, kind: 'continue' },
    ]);
    expect(kinds(control.stop(24_300))).toEqual(['stop']);
    expect(run(control, 40_000)).toEqual([{ at: 24_400, kind: 'stop' }]);
    expect(control.nextAt).toBeUndefined();
  });

  it('ends by itself when nobody renews it for 5 s', () => {
    const control = introduced();
    control.move(left, 30_000);
    run(control, 34_000);
    expect(control.move(left, 34_000)).toEqual([]);
    const said = run(control, 50_000);
    const [first, second] = said.slice(-2);
    expect([first, second]).toEqual([
      { at: 39_000, kind: 'stop' },
      { at: 39_100, kind: 'stop' },
    ]);
    expect(said.slice(0, -2).every(({ kind }) => kind === 'continue')).toBe(true);
  });

  it('stops before it turns, before it stores and before it recalls, and when told to go nowhere', () => {
    const control = introduced();
    control.move(left, 23_000);
    expect(kinds(control.move(up, 23_050))).toEqual(['stop', 'start']);
    expect(acts(control.store(3, 23_060))).toEqual([
      { kind: 'stop', movement: { ...up, focus: 0 } },
      { kind: 'store', preset: 3 },
    ]);
    expect(acts(control.recall(15, 23_070))).toEqual([{ kind: 'activate', preset: 15 }]);
    expect(run(control, 29_000)).toEqual([{ at: 23_170, kind: 'activate' }]);
    control.move(left, 29_000);
    expect(kinds(control.move(nowhere, 29_010))).toEqual(['stop']);
    expect(control.stop(29_020)).toEqual([]);
  });
});

describe('getting acquainted', () => {
  it('tells at ever longer intervals, and asks until it is answered', () => {
    const control = new CameraControl();
    const told = [{ at: 0, messages: control.start(0).length }];
    for (let at = control.nextAt; at !== undefined; at = control.nextAt) {
      if (at === 7_000) control.receive(theirs);
      told.push({ at, messages: control.tick(at).length });
    }
    expect(told).toEqual([
      { at: 0, messages: 4 },
      { at: 1_000, messages: 4 },
      { at: 3_000, messages: 4 },
      { at: 7_000, messages: 2 },
      { at: 15_000, messages: 2 },
    ]);
  });

  it('tells who asks, and again before a movement when the last time is long ago', () => {
    const control = introduced();
    expect(control.capabilities).toMatchObject({ presets: 15, sources: [{ source: 1, pan: true, focus: false }] });
    expect(control.receive(encodeManagement({ kind: 'tellClients' }))).toHaveLength(1);
    expect(control.receive(encodeManagement({ kind: 'tellCapabilities', client: 1 }))).toHaveLength(1);
    expect(control.receive(encodeManagement({ kind: 'tellCapabilities', client: 2 }))).toEqual([]);
    expect(control.move(left, 40_000)).toHaveLength(1);
    control.stop(40_100);
    expect(control.move(left, 100_000)).toHaveLength(3);
  });

  it('lets nobody move our own, and says nothing to it', () => {
    const control = introduced();
    const attempts: CameraMessage[] = [
      { kind: 'start', movement: { ...left, focus: 0 }, timeoutMs: 800 },
      { kind: 'store', preset: 1 },
    ];
    for (const attempt of attempts) expect(control.receive(EndpointCamera.command(attempt))).toEqual([]);
    expect(control.receive(Buffer.from('noise'))).toEqual([]);
  });
});

describe('over a line that loses every fifth packet', () => {
  /** Steps of 10 ms; `hand` is what the operator does at a time. */
  function play(seed: number, until: number, hand: (now: number, control: CameraControl) => Buffer[]) {
    const random = seededRandom(seed);
    const control = new CameraControl();
    const camera = new EndpointCamera();
    const carry = (payloads: Buffer[], now: number) => {
      for (const payload of payloads) {
        if (random() < 0.2) continue;
        for (const answer of camera.receive(payload, now)) if (random() >= 0.2) control.receive(answer);
      }
    };
    carry(control.start(0), 0);
    for (let now = 0; now <= until; now += 10) {
      if (control.nextAt !== undefined && now >= control.nextAt) carry(control.tick(now), now);
      carry(hand(now, control), now);
      camera.passTo(now);
    }
    return { control, camera };
  }

  it('gets acquainted, and moves about as long as the hand is down', () => {
    const seeds = Array.from({ length: 40 }, (_, index) => index + 1);
    const distances = seeds.map((seed) => {
      const { control, camera } = play(seed, 15_000, (now, hand) => {
        if (now >= 10_000 && now < 12_000 && now % 500 === 0) return hand.move(left, now);
        return now === 12_000 ? hand.stop(now) : [];
      });
      expect(control.capabilities).toEqual(abilities);
      expect(camera.hasBeenIntroduced).toBe(true);
      expect(camera.isMoving).toBe(false);
      expect(camera.position.tilt).toBe(0);
      return -camera.position.pan;
    });
    // Lost STOPs and CONTINUEs cost at most one timeout; a movement that never began needs both STARTs lost: one in 25.
    expect(Math.max(...distances)).toBeLessThanOrEqual(2_000 + timing.timeout);
    expect(distances.filter((distance) => distance >= 1_000).length).toBeGreaterThanOrEqual(seeds.length * 0.85);
  });

  it('comes back to what it kept', () => {
    const { camera } = play(3, 20_000, (now, hand) => {
      if (now === 10_000) return hand.store(7, now);
      if (now === 11_000) return hand.move(up, now);
      if (now === 12_000) return hand.stop(now);
      return now === 15_000 ? hand.recall(7, now) : [];
    });
    expect(camera.presets.get(7)).toEqual({ pan: 0, tilt: 0, zoom: 0 });
    expect(camera.position).toEqual({ pan: 0, tilt: 0, zoom: 0 });
  });
});
