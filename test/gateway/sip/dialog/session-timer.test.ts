import { describe, expect, it } from 'vitest';
import { agreedTimer, answerTimer, demandedMinimum, offerTimer } from '../../../../gateway/sip/dialog/session-timer.ts';

const settings = { expires: 1_800, minimum: 90 };
const message = (headers: Record<string, string>) => ({
  getHeader: (name: string) => headers[name],
  getHeaders: (name: string) => (headers[name] === undefined ? [] : [headers[name]]),
});
const answer = (headers: Record<string, string>) => answerTimer(message(headers), settings);

describe('the answer to a session timer (RFC 4028 §9, table 2)', () => {
  it.each([
    ['600', 'timer', 'uac', 'them'],
    ['600;refresher=uac', '100rel, timer', 'uac', 'them'],
    ['600;refresher=uas', 'timer', 'uas', 'us'],
    ['600 ; Refresher = UAS', 'timer', 'uas', 'us'],
    ['600;refresher=nobody', 'timer', 'uac', 'them'],
  ])('%s from who supports %s: %s', (value, supported, refresher, who) => {
    expect(answer({ 'Session-Expires': value, Supported: supported })).toEqual({
      kind: 'taken',
      headers: [`Session-Expires: 600;refresher=${refresher}`, 'Require: timer'],
      agreed: { seconds: 600, refresher: who },
    });
  });

  it('is ours to keep where the header came without the extension, and requires nothing then', () => {
    expect(answer({ 'Session-Expires': '600' })).toEqual({
      kind: 'taken',
      headers: ['Session-Expires: 600;refresher=uas'],
      agreed: { seconds: 600, refresher: 'us' },
    });
  });

  it('refuses what is too small with a 422, unless the other side would not know what that is', () => {
    expect(answer({ 'Session-Expires': '60', Supported: 'timer' })).toEqual({
      kind: 'tooSmall',
      headers: ['Min-SE: 90'],
    });
    expect(answer({ 'Session-Expires': '0', Require: 'timer' })).toMatchObject({ kind: 'tooSmall' });
    expect(answer({ 'Session-Expires': '60' })).toEqual({ kind: 'taken', headers: [], agreed: undefined });
  });

  it.each([{}, { Supported: 'timer' }, { 'Session-Expires': 'soon', Supported: 'timer' }])(
    'is none to %j',
    (headers) => {
      expect(answer({ ...headers })).toEqual({ kind: 'taken', headers: [], agreed: undefined });
    },
  );
});

describe('our own session timer', () => {
  it('is offered with us as the refresher, and named from the side of who sends', () => {
    expect(offerTimer({ seconds: 1_800, refresher: 'us' }, 90)).toEqual([
      'Session-Expires: 1800;refresher=uac',
      'Min-SE: 90',
    ]);
    expect(offerTimer({ seconds: 1_800, refresher: 'them' }, 90)[0]).toBe('Session-Expires: 1800;refresher=uas');
  });

  it('is what the 2xx says; without a refresher it is us, without a header there is none', () => {
    expect(agreedTimer(message({ 'Session-Expires': '900;refresher=uas' }))).toEqual({
      seconds: 900,
      refresher: 'them',
    });
    expect(agreedTimer(message({ 'Session-Expires': '900' }))).toEqual({ seconds: 900, refresher: 'us' });
    expect(agreedTimer(message({ 'Session-Expires': '900;refresher=uac' }))).toEqual({ seconds: 900, refresher: 'us' });
    expect(agreedTimer(message({}))).toBeUndefined();
  });

  it('reads what a 422 demands', () => {
    expect(demandedMinimum(message({ 'Min-SE': '3600;x=y' }))).toBe(3_600);
    expect(demandedMinimum(message({}))).toBeUndefined();
    expect(demandedMinimum(message({ 'Min-SE': 'more' }))).toBeUndefined();
  });
});
