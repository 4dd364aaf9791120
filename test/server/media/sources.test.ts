import { expect, it } from 'vitest';
import { checkSource, keyOf, mediaKindOf } from '../../../server/media/sources.ts';
import { type Kind, type Role, type Source, sourceSchema } from '../../../server/protocol/records.ts';

const participant = (role: Role, kind: Kind) => ({
  id: 'p',
  role,
  kind,
  name: 'p',
  presence: 'present' as const,
  joinedAt: 0,
  presenceSince: 0,
  sources: [],
  gate: 'closed' as const,
  muted: false,
});

function allowed(role: Role, kind: Kind): Source[] {
  return sourceSchema.options.filter((source) => {
    const sent = source === 'mixMinus' ? { source, for: 'codec' } : { source };
    const isVideo = mediaKindOf(source) === 'video';
    try {
      checkSource(participant(role, kind), isVideo ? 'video' : 'audio', sent);
      return true;
    } catch {
      return false;
    }
  });
}

it('lets everyone send what belongs to him', () => {
  expect(allowed('site', 'browser')).toEqual(['camera', 'microphone', 'screen', 'screenAudio']);
  expect(allowed('operator', 'browser')).toEqual(['camera', 'microphone', 'screen', 'screenAudio']);
  expect(allowed('guest', 'browser')).toEqual(['camera', 'microphone']);
  expect(allowed('site', 'sip')).toEqual(['camera', 'microphone', 'screen']);
  expect(allowed('site', 'simulator')).toEqual(['camera', 'microphone', 'screen']);
  expect(allowed('service', 'composer')).toEqual(['program', 'content', 'programWithContent', 'mix', 'mixMinus']);
  expect(allowed('service', 'recorder')).toEqual([]);
  expect(allowed('service', 'gateway')).toEqual([]);
});

it('refuses the wrong kind of media and a listener where none belongs', () => {
  expect(() => checkSource(participant('site', 'browser'), 'audio', { source: 'camera' })).toThrow('mediaUnsupported');
  expect(() => checkSource(participant('service', 'composer'), 'audio', { source: 'mixMinus' })).toThrow('malformed');
  expect(() => checkSource(participant('service', 'composer'), 'audio', { source: 'mix', for: 'x' })).toThrow(
    'malformed',
  );
});

it('takes a picture of its own for each bridge', () => {
  const composer = participant('service', 'composer');
  expect(() => checkSource(composer, 'video', { source: 'program', for: 'bridge' })).not.toThrow();
  expect(() => checkSource(composer, 'video', { source: 'content', for: 'bridge' })).toThrow('malformed');
});

it('takes the composed pictures, and nothing else, in tiers', () => {
  const tiered = (kind: Kind, media: 'audio' | 'video', source: Source) => () =>
    checkSource(participant(kind === 'composer' ? 'service' : 'site', kind), media, { source, tier: '720p30' });
  for (const source of ['program', 'content', 'programWithContent'] as const) {
    expect(tiered('composer', 'video', source)).not.toThrow();
  }
  expect(tiered('composer', 'audio', 'mix')).toThrow('malformed');
  expect(tiered('browser', 'video', 'camera')).toThrow('malformed');
});

it('names a source', () => {
  expect(keyOf({ participantId: 'composer', source: 'program', for: 'codecs', tier: '720p30' })).toBe(
    'composer/program/codecs/720p30',
  );
  expect(keyOf({ participantId: 'composer', source: 'mixMinus', for: 'codec' })).toBe('composer/mixMinus/codec');
});
