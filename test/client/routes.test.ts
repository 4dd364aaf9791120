import { describe, expect, it } from 'vitest';
import { placeOf } from '../../client/routes.ts';

describe('placeOf', () => {
  it.each([
    ['/', '', { page: 'desk', section: 'meetings' }],
    ['/sites', '', { page: 'desk', section: 'sites' }],
    ['/reports/meeting/100200', '', { page: 'desk', section: 'reports' }],
    ['/banned/', '', { page: 'desk', section: 'banned' }],
    ['/join', '#abc.def', { page: 'join', token: 'abc.def' }],
    ['/join', '', { page: 'join', token: '' }],
    ['/room/100200', '', { page: 'console', roomId: '100200' }],
    ['/room/..%2f', '', { page: 'desk', section: 'meetings' }],
    ['/accounts', '', { page: 'desk', section: 'accounts' }],
    ['/preside/100200', '', { page: 'preside', roomId: '100200' }],
    ['/preside', '', { page: 'desk', section: 'meetings' }],
    ['/site', '', { page: 'site' }],
    ['/site/100200', '', { page: 'site', roomId: '100200' }],
    ['/lines/site-ba-be', '', { page: 'line', participantId: 'site-ba-be' }],
    ['/lines', '', { page: 'desk', section: 'meetings' }],
    ['/quality/100200', '', { page: 'quality', roomId: '100200' }],
    ['/recordings/', '', { page: 'review' }],
    ['/recordings/r-1', '', { page: 'recording', recordingId: 'r-1' }],
    ['/recordings/..%2f', '', { page: 'review' }],
    ['/review', '#abc', { page: 'shared', token: 'abc' }],
    ['/elsewhere', '', { page: 'desk', section: 'meetings' }],
  ])('%s%s', (pathname, hash, place) => {
    expect(placeOf({ pathname, hash })).toEqual(place);
  });
});
