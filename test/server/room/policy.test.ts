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

test('the engine’s participants report and do nothing else', () => {
  const gateway = { participantId: 'g', role: 'service' as const, kind: 'gateway' as const };
  expect(may(gateway, 'reportCall')).toBe(true);
  expect(may(gateway, 'openMicrophone', 'x')).toBe(false);
  expect(standingOf('service', 'sip')).toBe(null);
});
