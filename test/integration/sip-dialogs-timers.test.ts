import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Dialog, End, SipEdge } from '../../gateway/sip/index.ts';
import { nextCall, offer, openEdge } from './sip-peers.ts';
import { bodyOf, callIn, callOut, header, openRawPeer, type RawPeer, rawInvite, respond, ringOut } from './sip-raw.ts';

let edge: SipEdge;
let peer: RawPeer;

/** Session intervals of seconds, so that whole ones can be waited for. */
beforeEach(async () => {
  edge = await openEdge({}, { sessionTimer: { expires: 2, minimum: 2 } });
  peer = await openRawPeer(edge);
});

afterEach(async () => {
  await edge.close();
  peer.close();
});

const endOf = (dialog: Dialog) => new Promise<End>((resolve) => dialog.on('ended', resolve));
const takesUpdate = 'Allow: INVITE, ACK, BYE, CANCEL, UPDATE';
const timer = (refresher: string) => ['Supported: timer', `Session-Expires: 2;refresher=${refresher}`];

describe('a session timer in our own call (RFC 4028)', () => {
  it('is offered with us as the refresher, and kept by UPDATE at half the interval', async () => {
    const { invite, dialog } = await callOut(edge, peer, {
      headers: [takesUpdate, 'Require: timer', 'Session-Expires: 2;refresher=uac'],
    });
    expect(header(invite, 'Supported')).toBe('timer');
    expect([header(invite, 'Session-Expires'), header(invite, 'Min-SE')]).toEqual(['2;refresher=uac', '2']);
    for (const cseq of [2, 3]) {
      const update = await peer.next(/^UPDATE /);
      expect([header(update, 'CSeq'), header(update, 'Session-Expires')]).toEqual([
        `${cseq} UPDATE`,
        '2;refresher=uac',
      ]);
      expect(bodyOf(update)).toBe('');
      peer.send(respond(peer, update, '200 OK', { headers: ['Session-Expires: 2;refresher=uac'] }));
    }
    expect(dialog.state).toBe('established');
  });

  it('is kept by a re-INVITE with the same description where UPDATE is not taken', async () => {
    const { invite, dialog } = await callOut(edge, peer, { headers: ['Session-Expires: 2'] });
    const reinvite = await peer.next(/^INVITE /);
    expect(bodyOf(reinvite)).toBe(bodyOf(invite));
    peer.send(respond(peer, reinvite, '200 OK', { body: offer(), headers: ['Session-Expires: 2;refresher=uac'] }));
    await peer.next(/^ACK /);
    expect(bodyOf(await peer.next(/^INVITE /))).toBe(bodyOf(invite));
    expect(dialog.state).toBe('established');
  });

  it('falls back to re-INVITE where UPDATE was promised and is not known after all', async () => {
    await callOut(edge, peer, { headers: [takesUpdate, 'Session-Expires: 2;refresher=uac'] });
    peer.send(respond(peer, await peer.next(/^UPDATE /), '501 Not Implemented'));
    const reinvite = await peer.next(/^INVITE /);
    expect(header(reinvite, 'Session-Expires')).toBe('2;refresher=uac');
    peer.send(respond(peer, reinvite, '200 OK', { body: offer() }));
    await peer.next(/^INVITE /);
    expect(peer.count(/^UPDATE /)).toBe(1);
  });

  it('asks for more where the other side wants more, in the same call (§7.3)', async () => {
    const { dialog, invite } = await ringOut(edge, peer);
    peer.send(respond(peer, invite, '422 Session Interval Too Small', { headers: ['Min-SE: 3600'], tag: 'first' }));
    const again = await peer.next(/^INVITE [\s\S]*CSeq: 2 INVITE/);
    expect(['Call-ID', 'From', 'To'].map((name) => header(again, name))).toEqual(
      ['Call-ID', 'From', 'To'].map((name) => header(invite, name)),
    );
    expect([header(again, 'Session-Expires'), header(again, 'Min-SE')]).toEqual(['3600;refresher=uac', '3600']);
    expect(bodyOf(again)).toBe(bodyOf(invite));
    peer.send(respond(peer, again, '422 Session Interval Too Small', { headers: ['Min-SE: 3600'], tag: 'second' }));
    const failed = await new Promise((resolve) => dialog.on('failed', resolve));
    expect(failed).toMatchObject({ code: 'refused', status: 422 });
  });

  it('is over with a refresh that finds no call', async () => {
    const { dialog } = await callOut(edge, peer, { headers: [takesUpdate, 'Session-Expires: 2;refresher=uac'] });
    const ended = endOf(dialog);
    peer.send(respond(peer, await peer.next(/^UPDATE /), '481 Call/Transaction Does Not Exist'));
    expect(await ended).toMatchObject({ by: 'remote', status: 481 });
  });
});

describe('a session timer in a call to us', () => {
  it('is ours to refresh where we are asked to', async () => {
    const { ok, dialog } = await callIn(edge, peer, { headers: [takesUpdate, ...timer('uas')] });
    expect([header(ok, 'Session-Expires'), header(ok, 'Require')]).toEqual(['2;refresher=uas', 'timer']);
    const update = await peer.next(/^UPDATE /);
    expect(header(update, 'Session-Expires')).toBe('2;refresher=uac');
    expect(dialog.state).toBe('established');
  });

  it('changes hands with a re-INVITE', async () => {
    const { call } = await callIn(edge, peer, { headers: [takesUpdate, ...timer('uac')] });
    const answer = await call.ask('INVITE', { body: offer(), headers: timer('uas') });
    expect(header(answer, 'Session-Expires')).toBe('2;refresher=uas');
    await peer.next(/^UPDATE /);
  });

  it('is refused where it is too short, and taken at the second try', async () => {
    edge.onIncoming(() => expect.unreachable());
    const { call, text } = rawInvite(peer, { headers: ['Supported: timer', 'Session-Expires: 1'] });
    peer.send(text);
    const refusal = await peer.next(/^SIP\/2\.0 422 /);
    expect(header(refusal, 'Min-SE')).toBe('2');
    call.acknowledge(text, refusal);
    const coming = nextCall(edge);
    call.remote = call.remote.replace(/;tag=.*/, '');
    peer.send(call.text('INVITE', { body: offer(), headers: ['Supported: timer', 'Session-Expires: 2', 'Min-SE: 2'] }));
    expect((await coming).callId).toBe(call.callId);
  });

  it('is refused within the call too, which goes on', async () => {
    const { call, dialog } = await callIn(edge, peer);
    const short = { headers: ['Supported: timer', 'Session-Expires: 1'] };
    expect(await call.ask('UPDATE', short)).toMatch(/^SIP\/2\.0 422 [\s\S]*Min-SE: 2/);
    expect(await call.ask('INVITE', { ...short, body: offer() })).toMatch(/^SIP\/2\.0 422 [\s\S]*Min-SE: 2/);
    expect(await call.ask('INVITE', { body: offer() })).toMatch(/^SIP\/2\.0 200 /);
    expect(dialog.state).toBe('established');
  });
});

describe('a peer that gets it wrong stays in the call', () => {
  it('by never refreshing though it said so, and with the short name of the header', async () => {
    const { ok, dialog } = await callIn(edge, peer, { headers: ['k: timer', 'x: 2;refresher=uac'] });
    expect(header(ok, 'Session-Expires')).toBe('2;refresher=uac');
    await sleep(3_000);
    expect(dialog.state).toBe('established');
    expect(peer.count(/^(?:BYE|UPDATE) /)).toBe(0);
  });

  it('by answering refreshes with 500, which are sent all the same', async () => {
    const { dialog } = await callOut(edge, peer, { headers: [takesUpdate, 'Session-Expires: 2;refresher=uac'] });
    for (let refusals = 0; refusals < 5; refusals += 1) {
      peer.send(respond(peer, await peer.next(/^UPDATE /), '500 Server Internal Error'));
    }
    expect(dialog.state).toBe('established');
  });

  it('by a timer without the extension, or shorter than anybody takes', async () => {
    const plain = await callIn(edge, peer, { headers: [takesUpdate, 'Session-Expires: 2'] });
    expect([header(plain.ok, 'Session-Expires'), header(plain.ok, 'Require')]).toEqual(['2;refresher=uas', '']);
    await peer.next(/^UPDATE /);
    const short = await callIn(edge, peer, { headers: ['Session-Expires: 1'] });
    expect(header(short.ok, 'Session-Expires')).toBe('');
    expect([plain.dialog.state, short.dialog.state]).toEqual(['established', 'established']);
  });
});
