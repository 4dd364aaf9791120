import { expect, it } from 'vitest';
import {
  accountsOf,
  areAccounts,
  changeOf,
  endOfDay,
  type SettingsForm,
} from '../../../client/review/settings-form.ts';

const form: SettingsForm = {
  audience: 'operators',
  sites: ['site-1'],
  accounts: 'lan, minh',
  watermark: true,
  download: false,
  keep: null,
  keepUntil: '',
  held: false,
  note: ' Ghi chú ',
};

it('names people only where people are named, and says nothing of what stays', () => {
  expect(changeOf(form, form)).toEqual({
    access: { audience: 'operators', people: [], watermark: true, download: false },
    note: 'Ghi chú',
  });
  expect(changeOf({ ...form, audience: 'named' }, form).access?.people).toEqual([
    { participantId: 'site-1' },
    { username: 'lan' },
    { username: 'minh' },
  ]);
  expect(changeOf({ ...form, held: true }, form).held).toBe(true);
});

it('gives no file of what has names written over it', () => {
  expect(changeOf({ ...form, watermark: true, download: true }, form).access).toMatchObject({ download: false });
  expect(changeOf({ ...form, watermark: false, download: true }, form).access).toMatchObject({ download: true });
});

it.each([
  ['byRule' as const, '', 'byRule'],
  ['ever' as const, '', null],
  ['until' as const, '2030-01-31', new Date(2030, 0, 31, 23, 59, 59, 999).getTime()],
])('keeps it %s', (keep, keepUntil, sent) => {
  expect(changeOf({ ...form, keep, keepUntil }, form).keepUntil).toBe(sent);
});

it('reads what is typed', () => {
  expect(accountsOf('lan, minh;  hoa')).toEqual(['lan', 'minh', 'hoa']);
  expect(areAccounts('lan, Minh Đức')).toBe(false);
  expect(endOfDay('31/01/2030')).toBeNull();
});
