import { expect, test } from 'vitest';
import { flowsOf } from '../../../server/monitor/flows.ts';
import { cameraOf, second } from './samples.ts';

const AT = 1_000_000;

test('what a line carries is the latest of each stream, the largest first', () => {
  const camera = cameraOf('ba-be');
  const microphone = { participantId: 'ba-be', source: 'microphone' as const };
  const flows = flowsOf([
    second('ba-be', AT, { kbps: 900 }),
    second('ba-be', AT, { stream: camera, kbps: 300 }),
    second('ba-be', AT, { stream: microphone, kbps: 40, codec: 'opus' }),
    second('ba-be', AT + 1_000, { stream: camera, kbps: 800, layersKbps: [100, 700] }),
  ]);
  expect(flows).toEqual([
    { direction: 'up', stream: camera, kbps: 800, layersKbps: [100, 700] },
    { direction: 'up', stream: microphone, kbps: 40, codec: 'opus' },
  ]);
});

test('the server knows the bit rate and the layer, the browser how many lines it decodes', () => {
  const down = { direction: 'down', stream: cameraOf('na-ri') } as const;
  const server = second('ba-be', AT, { ...down, kbps: 500, layer: 1 });
  const client = second('ba-be', AT + 500, { ...down, by: 'client', kbps: 480, height: 360 });
  expect(flowsOf([server, client])).toEqual([{ ...down, kbps: 500, layer: 1, height: 360 }]);
  expect(flowsOf([client])).toEqual([{ ...down, kbps: 480, height: 360 }]);
  expect(flowsOf([second('ba-be', AT, { ...down, frames: 25 })])).toEqual([]);
});
