import { expect, it } from 'vitest';
import { routerCodecs } from '../../../server/media/codecs.ts';

it('prefers the codec of the setting and keeps the others', () => {
  const names = (codec: 'vp8' | 'h264') => routerCodecs(codec).map((c) => c.mimeType);
  expect(names('vp8')).toEqual(['audio/opus', 'video/VP8', 'video/H264', 'video/H264']);
  expect(names('h264')).toEqual(['audio/opus', 'video/H264', 'video/H264', 'video/VP8']);
});
