import { expect, test } from 'vitest';
import { quirksOf, quirkTable } from '../../../../gateway/sip/sdp/quirks.ts';

test('most endpoints have none', () => {
  const none = { offersDtls: false, refusesOpportunistic: false, onlyMd5: false, refusedOffers: 0 };
  for (const agent of [
    undefined,
    '',
    'PolycomHDX8000HD/3.1.14',
    'Polycom/Polycom-RealPresenceGroup500/6.2.2',
    'TANDBERG/529 (TC7.3.21)',
    'Cisco-RoomOS/11.5',
    'Huawei TE40/V600R019',
    'Yealink MeetingEye 600',
    'AVer-SVC500',
    'baresip v3.9.0 (x86_64/linux)',
  ]) {
    expect(quirksOf(agent)).toEqual(none);
  }
});

test('a row holds wherever its name stands', () => {
  expect(quirksOf('FreeSWITCH-mod_sofia/1.10.11')).toEqual({
    offersDtls: false,
    refusesOpportunistic: true,
    onlyMd5: false,
    refusedOffers: 0,
  });
  expect(quirksOf('MyPhone (JsSIP 3.10)')).toMatchObject({ offersDtls: true, onlyMd5: false });
  expect(quirksOf('baresip v1.0.0 (x86_64/linux)')).toMatchObject({ onlyMd5: true });
});

test('each row says what it changes, why, and who says so', () => {
  for (const { quirks, reason, source } of quirkTable) {
    expect(Object.values(quirks)).toContain(true);
    expect(reason.length).toBeGreaterThan(20);
    expect(['documented', 'hearsay', 'seen']).toContain(source);
  }
});
