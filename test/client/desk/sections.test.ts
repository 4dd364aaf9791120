import { expect, test } from 'vitest';
import { sectionsFor } from '../../../client/desk/sections.ts';

test('REG-14: each role is shown what it may, and everyone his own account', () => {
  expect(sectionsFor(['administrator', 'operator'])).toEqual([
    ...['meetings', 'sites', 'devices', 'banned', 'accounts', 'audit', 'own'],
  ]);
  expect(sectionsFor(['auditor'])).toEqual(['meetings', 'sites', 'audit', 'own']);
  expect(sectionsFor(['chair'])).toEqual(['meetings', 'own']);
  expect(sectionsFor(['site'])).toEqual(['own']);
});
