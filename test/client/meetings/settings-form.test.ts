import { expect, test } from 'vitest';
import { settingsFormOf, settingsOf } from '../../../client/meetings/settings-form.ts';
import { deskSettingsSchema } from '../../../server/protocol/bookings.ts';

const settings = deskSettingsSchema.parse({
  holidays: ['09-02', '2026-02-17'],
  webhooks: [{ webhookId: 'lich', url: 'https://lich.tinh.gov.vn/hook', events: ['changed', 'cancelled'] }],
});

test('the settings are sent back as they were', () => {
  expect(settingsFormOf(settings).holidays).toBe('02/09\n17/02/2026');
  expect(settingsOf(settingsFormOf(settings))).toEqual(settings);
});

test('days are taken as people write them', () => {
  expect(settingsOf({ ...settingsFormOf(settings), holidays: '2/9\n\n 1.5.2026 ' })).toMatchObject({
    holidays: ['09-02', '2026-05-01'],
  });
});

test('desks are shown by their names alone; each keeps its id when it is renamed or another goes', () => {
  const desks = [
    { deskId: 'main', name: 'Bàn điều khiển 1' },
    { deskId: 'tang-2', name: 'Phòng họp tầng 2' },
  ];
  const form = settingsFormOf({ ...settings, desks });
  expect(form.desks).toBe('Bàn điều khiển 1\nPhòng họp tầng 2');
  const written = (text: string) => settingsOf({ ...form, desks: text });
  expect(written('Bàn chính\nPhòng họp tầng 2')).toMatchObject({
    desks: [{ deskId: 'main', name: 'Bàn chính' }, desks[1]],
  });
  expect(written('Phòng họp tầng 2')).toMatchObject({ desks: [desks[1]] });
  expect(written('Phòng họp tầng 2\n\nBàn điều khiển 1\nBàn lưu động')).toMatchObject({
    desks: [desks[1], desks[0], { deskId: 'desk-1', name: 'Bàn lưu động' }],
  });
});

test.each([
  ['office', { office: '' }],
  ['carrierDays', { carrierDays: '' }],
  ['announcementDays', { announcementDays: '-1' }],
  ['holidays', { holidays: '31/13' }],
  ['desks', { desks: '' }],
])('names a wrong field: %s', (field, wrong) => {
  expect(settingsOf({ ...settingsFormOf(settings), ...wrong })).toEqual({ wrong: field });
});
