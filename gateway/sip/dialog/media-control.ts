/** Key frames asked for by INFO, as room codecs do (RFC 5168). */
export const mediaControlType = 'application/media_control+xml';

export const pictureFastUpdate =
  '<?xml version="1.0" encoding="utf-8"?>\r\n<media_control><vc_primitive><to_encoder><picture_fast_update/></to_encoder></vc_primitive></media_control>\r\n';

export function asksForKeyFrame(contentType: string | undefined, body: string): boolean {
  return (
    /^application\/media_control\+xml\b/i.test(contentType ?? '') && /<\s*(?:\w+:)?picture_fast_update\b/.test(body)
  );
}
