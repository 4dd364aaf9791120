import { expect, it } from 'vitest';
import { asksForKeyFrame, mediaControlType, pictureFastUpdate } from '../../../../gateway/sip/dialog/media-control.ts';

it('recognises a picture_fast_update, ours and others’ (RFC 5168)', () => {
  expect(asksForKeyFrame(mediaControlType, pictureFastUpdate)).toBe(true);
  const other =
    '<media_control><vc_primitive><to_encoder>< picture_fast_update ></picture_fast_update></to_encoder></vc_primitive></media_control>';
  expect(asksForKeyFrame('application/media_control+xml; charset=utf-8', other)).toBe(true);
  expect(asksForKeyFrame('text/plain', pictureFastUpdate)).toBe(false);
  expect(asksForKeyFrame(mediaControlType, '<media_control/>')).toBe(false);
  expect(asksForKeyFrame(undefined, '')).toBe(false);
});
