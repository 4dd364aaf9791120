import { expect, test } from 'vitest';
import type { RecordingAccess } from '../../../server/protocol/recording.ts';
import type { RecordingIdentity } from '../../../server/protocol/stored-recording.ts';
import { HOUSE_ACCESS, may, viewerOf } from '../../../server/recordings/policy.ts';

const subject = (access: Partial<RecordingAccess> | null = null) => ({
  ...{ recordingId: 'r1', roomId: 'giao-ban' },
  access: access && { ...HOUSE_ACCESS, ...access },
});
const operator: RecordingIdentity = { as: 'operator', username: 'lan' };
const site: RecordingIdentity = { as: 'participant', roomId: 'giao-ban', participantId: 'site-1', name: 'Ba Bể' };
const share = (download: boolean, watermark = false): RecordingIdentity => ({
  as: 'share',
  share: {
    ...{ shareId: 's', who: 'Sở Tài chính', from: 0, to: 9, issuedAt: 0, expiresAt: 1, watermark, download },
    recordingId: 'r1',
  },
});
const allowed = (identity: RecordingIdentity, of: ReturnType<typeof subject>) =>
  (['see', 'readPrivate', 'download', 'comment', 'manage'] as const).filter((act) => may(identity, act, of));

test('the policy, row by row', () => {
  expect(allowed(operator, subject())).toEqual(['see', 'readPrivate', 'download', 'comment', 'manage']);
  expect(allowed(operator, subject({ audience: 'named' }))).toEqual(['manage']);
  expect(allowed(operator, subject({ audience: 'named', people: [{ username: 'lan' }] }))).toHaveLength(5);
  const auditor: RecordingIdentity = { as: 'auditor', username: 'lan' };
  expect(allowed(auditor, subject())).toEqual(['see', 'readPrivate']);
  expect(allowed(auditor, subject({ audience: 'named' }))).toEqual([]);
  expect(allowed(auditor, subject({ audience: 'named', people: [{ username: 'lan' }] }))).toEqual([
    'see',
    'readPrivate',
  ]);
  expect(allowed(site, subject())).toEqual([]);
  expect(allowed(site, subject({ audience: 'participants' }))).toEqual(['see', 'comment']);
  expect(allowed(site, subject({ audience: 'participants', download: true }))).toEqual(['see', 'download', 'comment']);
  expect(allowed({ ...site, roomId: 'another' }, subject({ audience: 'participants' }))).toEqual([]);
  expect(allowed(site, subject({ audience: 'named', people: [{ participantId: 'site-1' }] }))).toEqual([
    'see',
    'comment',
  ]);
  const { participantId: _id, ...guest } = site;
  expect(allowed(guest, subject({ audience: 'named', people: [{ participantId: 'site-1' }] }))).toEqual([]);
  expect(allowed(share(false), subject())).toEqual(['see']);
  expect(allowed(share(true), subject())).toEqual(['see', 'download']);
  expect(allowed(share(true), { ...subject(), recordingId: 'r2' })).toEqual([]);
});

test('whose name is over the picture takes no copy without it', () => {
  expect(allowed(share(true, true), subject())).toEqual(['see']);
  expect(allowed(share(true), subject({ watermark: true }))).toEqual(['see']);
  const watermarked = { audience: 'participants', download: true, watermark: true } as const;
  expect(allowed(site, subject(watermarked))).toEqual(['see', 'comment']);
  expect(allowed(operator, subject(watermarked))).toContain('download');
});

test('whoever keeps a recording that he may not see can open it, and nobody else can', () => {
  const named = subject({ audience: 'named' });
  expect([operator, site, share(true)].map((identity) => may(identity, 'open', named))).toEqual([true, false, true]);
  expect(viewerOf(operator, named).may).toEqual({ see: false, download: false, comment: false, manage: true });
});

test('a viewer is told his name, his stretch and whether it is written over the picture', () => {
  expect(viewerOf(share(false, true), subject())).toEqual({
    ...{ as: 'share', name: 'Sở Tài chính', watermark: true, range: { from: 0, to: 9 } },
    may: { see: true, download: false, comment: false, manage: false },
  });
  expect(viewerOf(site, subject({ audience: 'participants', watermark: true }))).toMatchObject({
    ...{ name: 'Ba Bể', watermark: true },
  });
});
