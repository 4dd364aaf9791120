import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { encodeManagement } from '../../../gateway/camera/h224.ts';
import { type CameraCapabilities, openCamera } from '../../../gateway/camera/index.ts';
import { actIn } from './endpoint-camera.ts';

const cameraKinds = (payloads: Buffer[]) => payloads.flatMap((payload) => actIn(payload)?.kind ?? []);

describe('the camera of a leg', () => {
  it('goes on by its own timer, stops when closed, and is silent then', async () => {
    const sent: Buffer[] = [];
    const camera = openCamera({ send: (payload) => sent.push(payload) });
    camera.start();
    camera.move({ pan: 1, tilt: 0, zoom: 0 });
    while (!cameraKinds(sent).includes('continue')) await sleep(20);
    camera.close();
    const kinds = cameraKinds(sent);
    expect(kinds.slice(0, 3)).toEqual(['start', 'start', 'continue']);
    expect(kinds.at(-1)).toBe('stop');
    const count = sent.length;
    camera.move({ pan: 1, tilt: 0, zoom: 0 });
    await sleep(200);
    expect(sent).toHaveLength(count);
  });

  it('tells what the endpoint can do, once for each change', () => {
    const told: CameraCapabilities[] = [];
    const camera = openCamera({ send: () => undefined, onCapabilities: (capabilities) => told.push(capabilities) });
    const message = (presets: number) =>
      encodeManagement({ kind: 'capabilities', client: 1, capabilities: Buffer.from([presets, 0x14, 0xe0]) });
    for (const presets of [5, 5, 6]) camera.receive(message(presets));
    expect(told.map(({ presets }) => presets)).toEqual([5, 6]);
    camera.close();
  });
});
