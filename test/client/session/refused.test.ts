import { describe, expect, it } from 'vitest';
import { Refused, readRefusal, refusalOf } from '../../../client/session/refused.ts';

describe('refusals at the client', () => {
  it('keeps the code and the detail of what the server refused', () => {
    expect(refusalOf(new Refused('linkExpired', 'x'))).toMatchObject({ code: 'linkExpired', detail: 'x' });
  });
  it('calls everything else internal', () => {
    expect(refusalOf(new TypeError('broken'))).toMatchObject({ code: 'internal', detail: 'broken' });
  });
  it('reads a refusal from outside and nothing else', () => {
    expect(readRefusal({ code: 'removed', category: 'permission' })?.code).toBe('removed');
    expect(readRefusal({ code: 'inventedLater', category: 'permission' })).toBeNull();
    expect(readRefusal(undefined)).toBeNull();
  });
});
