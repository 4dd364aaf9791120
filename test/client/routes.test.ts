import { describe, expect, it } from 'vitest';
import { placeOf } from '../../client/routes.ts';

describe('placeOf', () => {
  it.each([
    ['/', '', { page: 'desk' }],
    ['/join', '#abc.def', { page: 'join', token: 'abc.def' }],
    ['/join', '', { page: 'join', token: '' }],
    ['/room/100200', '', { page: 'console', roomId: '100200' }],
    ['/room/..%2f', '', { page: 'desk' }],
    ['/recordings/', '', { page: 'review' }],
    ['/elsewhere', '', { page: 'desk' }],
  ])('%s%s', (pathname, hash, place) => {
    expect(placeOf({ pathname, hash })).toEqual(place);
  });
});
