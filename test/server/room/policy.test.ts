import { expect, test } from 'vitest';
import { may, standingOf } from '../../../server/room/policy.ts';

const actor = (role: 'operator' | 'chair' | 'site' | 'guest') => ({
  participantId: 'me',
  role,
  kind: 'browser' as const,
});

test('REG-10: a site may open no microphone, its own included; the chair its own', () => {
  expect(may(actor('site'), 'openMicrophone', 'me')).toBe(false);
  expect(may(actor('guest'), 'openMicrophone', 'me')).toBe(false);
  expect(may(actor('chair'), 'openMicrophone', 'me')).toBe(true);
  expect(may(actor('chair'), 'openMicrophone', 'other')).toBe(false);
  expect(may(actor('operator'), 'openMicrophone', 'other')).toBe(true);
});

test('REG-12: only the centre dials', () => {
  expect((['operator', 'chair', 'site', 'guest'] as const).filter((role) => may(actor(role), 'dial'))).toEqual([
    'operator',
  ]);
});

test('REG-11, REG-12: a site frames its own camera and no other, ends its own presentation, and calls nobody', () => {
  for (const verb of ['moveCamera', 'storeFraming', 'recallFraming', 'forgetFraming', 'stopPresenting'] as const) {
    expect([may(actor('site'), verb, 'me'), may(actor('site'), verb, 'other')]).toEqual([true, false]);
    expect(may(actor('operator'), verb, 'other')).toBe(true);
  }
  expect(may(actor('chair'), 'stopPresenting', 'other')).toBe(true);
  for (const verb of ['dialSite', 'dialAbsent', 'redial', 'hangUp'] as const) {
    const roles = (['operator', 'chair', 'site', 'guest'] as const).filter((role) => may(actor(role), verb));
    expect(roles).toEqual(['operator']);
  }
});

test('REG-7: only the centre changes the picture and the sound; a composer reports its own strain', () => {
  for (const verb of ['take', 'followProgram', 'setOverlay', 'hold', 'endHold', 'setGain'] as const) {
    const roles = (['operator', 'chair', 'site', 'guest'] as const).filter((role) => may(actor(role), verb));
    expect(roles).toEqual(['operator']);
  }
  const composer = { participantId: 'c', role: 'service' as const, kind: 'composer' as const };
  expect([may(composer, 'reportComposer', 'c'), may(composer, 'reportComposer', 'd')]).toEqual([true, false]);
  expect(may(actor('operator'), 'reportComposer', 'me')).toBe(false);
});

test('the engine’s participants report and do nothing else', () => {
  const gateway = { participantId: 'g', role: 'service' as const, kind: 'gateway' as const };
  expect(may(gateway, 'reportCall')).toBe(true);
  expect(may(gateway, 'openMicrophone', 'x')).toBe(false);
  expect(standingOf('service', 'sip')).toBe(null);
});
