import { expect, it } from 'vitest';
import { checkSource, keyOf } from '../../../server/media/sources.ts';
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
    const isVideo = source === 'camera' || source === 'screen' || source === 'program';
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
  expect(allowed('service', 'composer')).toEqual(['program', 'mix', 'mixMinus']);
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

it('names a source', () => {
  expect(keyOf({ participantId: 'composer', source: 'mixMinus', for: 'codec' })).toBe('composer/mixMinus/codec');
});
