import type { types } from 'mediasoup';
import { expect, it } from 'vitest';
import { offeredCapabilities, parseCapabilities } from '../../../server/media/dictionaries.ts';

const opus = { kind: 'audio', mimeType: 'audio/opus', preferredPayloadType: 100, clockRate: 48_000, channels: 2 };
const vp8 = { kind: 'video', mimeType: 'video/VP8', preferredPayloadType: 101, clockRate: 90_000 };
const level = { kind: 'audio', uri: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level', preferredId: 10 };

it('keeps sound and pictures apart', () => {
  const { audio, video } = parseCapabilities({ codecs: [opus, vp8], headerExtensions: [level] });
  expect(audio.codecs?.map((c) => c.mimeType)).toEqual(['audio/opus']);
  expect(audio.headerExtensions?.map((e) => e.preferredId)).toEqual([10]);
  expect(video.codecs?.map((c) => c.mimeType)).toEqual(['video/VP8']);
  expect(video.headerExtensions).toEqual([]);
});

it('names what it does not understand', () => {
  const wrong = { codecs: [opus, { ...vp8, mimeType: 'VP8' }] };
  expect(() => parseCapabilities(wrong)).toThrow('mediaUnsupported: codecs.1.mimeType');
});

it('offers senders no way to leave the turning of their pictures to others', () => {
  const extension = (uri: types.RtpHeaderExtensionUri) => ({ kind: 'video' as const, uri, preferredId: 1 });
  const kept = extension('urn:ietf:params:rtp-hdrext:sdes:mid');
  const headerExtensions = [kept, extension('urn:3gpp:video-orientation')];
  expect(offeredCapabilities({ codecs: [], headerExtensions })).toEqual({ codecs: [], headerExtensions: [kept] });
});
