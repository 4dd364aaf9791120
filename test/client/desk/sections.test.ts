import { expect, test } from 'vitest';
import { sectionsFor } from '../../../client/desk/sections.ts';
import { DESK_SECTIONS } from '../../../client/routes.ts';
import type { AccountRole } from '../../../server/protocol/accounts.ts';

test('REG-1, REG-19: a host unit has the schedule, where its own meetings are, and no directory', () => {
  const shown = sectionsFor(['hostUnit']);
  expect(shown[0]).toBe('schedule');
  expect(shown.filter((section) => ['meetings', 'sites', 'organisations', 'accounts'].includes(section))).toEqual([]);
});

test('REG-14: each role is shown what it may, and everyone his own account', () => {
  expect(sectionsFor(['administrator', 'operator'])).toEqual(DESK_SECTIONS);
  const restricted = ['sites', 'devices', 'banned', 'accounts', 'programs', 'audit', 'own'];
  const shown = (...roles: AccountRole[]) => sectionsFor(roles).filter((section) => restricted.includes(section));
  expect(shown('auditor')).toEqual(['sites', 'audit', 'own']);
  expect(shown('operator')).toEqual(['sites', 'devices', 'banned', 'programs', 'own']);
  expect(shown('chair')).toEqual(['own']);
  expect(sectionsFor(['chair'])[0]).toBe('meetings');
  expect(sectionsFor(['site'])).toEqual(['own']);
  expect(sectionsFor(['hostUnit'])).toEqual(['schedule', 'reports', 'own']);
  expect(sectionsFor(['auditor'])).not.toContain('programs');
});
