import { expect, test } from 'vitest';
import { type DeskVerb, hasAdministrator, mayAtDesk } from '../../../server/accounts/policy.ts';
import { ACCOUNT_ROLES } from '../../../server/protocol/accounts.ts';

const whoMay = (verb: DeskVerb) => ACCOUNT_ROLES.filter((role) => mayAtDesk([role], verb));

test('REG-14: nobody at a site changes anything, and accounts are the administrator’s alone', () => {
  expect(whoMay('manageAccounts')).toEqual(['administrator']);
  for (const verb of ['changeDirectory', 'enrolDevices', 'liftBans'] as const) {
    expect(whoMay(verb)).toEqual(['administrator', 'operator']);
  }
  expect(whoMay('attend')).toEqual(['site']);
});

test('REG-1, REG-12: a host unit requests meetings, and only operators run them', () => {
  expect(whoMay('requestMeetings')).toEqual(['operator', 'hostUnit']);
  expect(whoMay('runMeetings')).toEqual(['operator']);
});

test('REG-17: an auditor reads and changes nothing', () => {
  const about = ['readMeetings', 'readMeetingLog', 'readDirectory', 'readLines', 'seeRecordings'] as const;
  const readings = ['readAudit', ...about] as const;
  expect(readings.filter((verb) => mayAtDesk(['auditor'], verb))).toEqual(readings);
  const changes = ['manageAccounts', 'runMeetings', 'preside', 'changeDirectory', 'enrolDevices', 'liftBans'] as const;
  expect(changes.filter((verb) => mayAtDesk(['auditor'], verb))).toEqual([]);
});

test('several roles may what each of them may; none may nothing', () => {
  expect(mayAtDesk(['chair', 'auditor'], 'preside')).toBe(true);
  expect(mayAtDesk(['chair', 'auditor'], 'readAudit')).toBe(true);
  expect(mayAtDesk([], 'readMeetings')).toBe(false);
});

test('whoever is disabled administers nothing', () => {
  expect(hasAdministrator([{ roles: ['administrator'], disabledAt: 1 }, { roles: ['operator'] }])).toBe(false);
  expect(hasAdministrator([{ roles: ['operator', 'administrator'] }])).toBe(true);
});
