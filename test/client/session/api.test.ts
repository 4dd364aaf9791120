import { afterEach, describe, expect, it, vi } from 'vitest';
import { enterRoom, openLink } from '../../../client/session/api.ts';
import type { RefusalCode } from '../../../server/protocol/refusals.ts';

const asked: { url: string; init: RequestInit | undefined }[] = [];

function answer(status: number, body: string): void {
  vi.stubGlobal('fetch', async (url: string, init?: RequestInit) => {
    asked.push({ url, init });
    return new Response(body, { status });
  });
}
function refusedWith(code: RefusalCode) {
  return expect.objectContaining({ refusal: expect.objectContaining({ code }) });
}

afterEach(() => {
  vi.unstubAllGlobals();
  asked.length = 0;
});

describe('callApi', () => {
  it('posts JSON and gives the parsed answer', async () => {
    const info = { roomId: '100200', title: 'Giao ban', status: 'open', role: 'site', name: 'Pác Nặm' };
    answer(200, JSON.stringify(info));
    await expect(openLink('token')).resolves.toEqual(info);
    expect(asked[0]).toMatchObject({ url: '/api/link', init: { method: 'POST', body: '{"token":"token"}' } });
  });
  it('throws the refusal that the server gives', async () => {
    answer(403, JSON.stringify({ error: { code: 'linkExpired', category: 'permission' } }));
    await expect(openLink('token')).rejects.toEqual(refusedWith('linkExpired'));
  });
  it('asks to try again where a proxy answers for a server that is away, or nobody does', async () => {
    answer(502, '<html>Bad gateway</html>');
    await expect(enterRoom('100200')).rejects.toEqual(refusedWith('retry'));
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('network')));
    await expect(enterRoom('100200')).rejects.toEqual(refusedWith('retry'));
  });
  it('does not trust an answer of another shape', async () => {
    answer(200, '{"ticket":7}');
    await expect(enterRoom('100200')).rejects.toEqual(refusedWith('internal'));
  });
});
