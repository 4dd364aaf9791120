import { expect, test } from 'vitest';
import { announcedBy } from '../../../server/accounts/announcements.ts';

test('REG-14: what changes by itself is not what a codec announces', () => {
  const one = announcedBy([{ contact: 'sip:room@10.0.0.5:5060', userAgent: 'Poly/4.1' }]);
  expect(one).toBe('Poly/4.1 (10.0.0.5)');
  expect(announcedBy([{ contact: 'sip:room@10.0.0.5:49152;transport=tcp', userAgent: 'Poly/4.1' }])).toBe(one);
  expect(announcedBy([{ contact: 'sip:room@[fd00::7]:5060' }])).toBe('[fd00::7]');
});

test('several are the same in any order', () => {
  const a = { contact: 'sip:a@10.0.0.1', userAgent: 'A' };
  const b = { contact: 'sip:b@10.0.0.2', userAgent: 'B' };
  expect(announcedBy([a, b])).toBe(announcedBy([b, a, b]));
});
