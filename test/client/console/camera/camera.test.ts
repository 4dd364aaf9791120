import { expect, it } from 'vitest';
import { hasCamera, speakingCamera } from '../../../../client/console/camera/camera.ts';
import type { Participant } from '../../../../server/protocol/records.ts';
import { participant, room } from '../rooms.ts';

const codec = (id: string, given: Partial<Participant> = {}) =>
  participant(id, {
    kind: 'sip',
    endpoint: { encrypted: true, content: 'none', cameraControl: true, video: true },
    ...given,
  });

it('is moved only where the device can, while it is here', () => {
  expect(hasCamera(codec('a'))).toBe(true);
  expect(hasCamera(codec('a', { presence: 'left' }))).toBe(false);
  expect(hasCamera(participant('browser'))).toBe(false);
});

it('REG-11: is that of who speaks, before that of who is heard', () => {
  const [a, b] = [codec('a', { gate: 'open' }), codec('b', { gate: 'open' })];
  expect(speakingCamera(room([a, b], { speaker: 'b' }))?.id).toBe('b');
  expect(speakingCamera(room([a, b], { speaker: 'someone' }))?.id).toBe('a');
  expect(speakingCamera(room([codec('c')]))).toBeUndefined();
});
