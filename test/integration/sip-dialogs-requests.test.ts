import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Dialog, End, RefusedAttempt, SipEdge } from '../../gateway/sip/index.ts';
import { answerCall, offer, openEdge } from './sip-peers.ts';
import { callIn, callOut, header, openRawPeer, type RawPeer, rawInvite, respond } from './sip-raw.ts';

let edge: SipEdge;
let peer: RawPeer;
const attempts: RefusedAttempt[] = [];

async function open(probeIntervalMs = 30_000): Promise<void> {
  edge = await openEdge({ refusedAttempt: (attempt) => attempts.push(attempt) }, { probeIntervalMs });
  peer = await openRawPeer(edge);
}

beforeEach(async () => {
  attempts.length = 0;
  await open();
});

afterEach(close);

async function close(): Promise<void> {
  await edge.close();
  peer.close();
}

const endOf = (dialog: Dialog) => new Promise<End>((resolve) => dialog.on('ended', resolve));

it('tells each key that is pressed by INFO once, in both ways of saying it', async () => {
  const { call, dialog } = await callIn(edge, peer);
  const digits: string[] = [];
  dialog.on('digit', (digit) => digits.push(digit));
  const press = (type: string, body: string) => ({ headers: [`Content-Type: ${type}`], body });
  const first = call.text('INFO', press('application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n'));
  for (let repeated = 0; repeated < 3; repeated += 1) peer.send(first);
  await peer.next(/^SIP\/2\.0 200 [\s\S]*CSeq: 2 INFO/);
  expect(await call.ask('INFO', press('application/dtmf', '#'))).toMatch(/^SIP\/2\.0 200 /);
  expect(await call.ask('INFO', press('application/dtmf-relay', 'Signal=d'))).toMatch(/^SIP\/2\.0 200 /);
  expect(await call.ask('INFO', press('application/dtmf-relay', 'Signal=flash'))).toMatch(/^SIP\/2\.0 200 /);
  expect(await call.ask('INFO', press('text/x-other', '5'))).toMatch(/^SIP\/2\.0 415 [\s\S]*Accept: .*dtmf-relay/);
  expect(digits).toEqual(['5', '#', 'D']);
});

it('lets nobody transfer us or make us call, and tells who tried (REG-12)', async () => {
  const { call, dialog } = await callIn(edge, peer);
  const refer = call.text('REFER', { headers: ['Refer-To: <sip:else@192.0.2.9>'] });
  peer.send(refer);
  peer.send(refer);
  await peer.next(/^SIP\/2\.0 403 [\s\S]*REFER/);
  await peer.next(/^SIP\/2\.0 403 [\s\S]*REFER/);
  const outside = rawInvite(peer).call;
  expect(await outside.ask('REFER', { headers: ['Refer-To: <sip:third@192.0.2.9>'] })).toMatch(/^SIP\/2\.0 403 /);
  expect(attempts.map(({ kind, target }) => [kind, target])).toEqual([
    ['refer', '<sip:else@192.0.2.9>'],
    ['refer', '<sip:third@192.0.2.9>'],
  ]);
  expect(attempts[0]).toMatchObject({ from: peer.uri, source: { port: peer.port, transport: 'udp' } });
  expect(dialog.state).toBe('established');
});

it('takes no other method, within a call and without (RFC 3261 §8.2.1)', async () => {
  const { call, dialog } = await callIn(edge, peer);
  for (const method of ['SUBSCRIBE', 'MESSAGE', 'PUBLISH', 'FOO']) {
    expect(await call.ask(method, { headers: ['Event: presence'] })).toMatch(/^SIP\/2\.0 405 [\s\S]*Allow: .*INVITE/);
    const outside = rawInvite(peer).call;
    expect(await outside.ask(method, { headers: ['Event: presence'] })).toMatch(
      /^SIP\/2\.0 405 [\s\S]*Allow: .*INVITE/,
    );
  }
  expect(await call.ask('NOTIFY', { headers: ['Event: refer'] })).toMatch(/^SIP\/2\.0 405 /);
  expect(dialog.state).toBe('established');
});

it('answers OPTIONS with what it can, within a call and without (RFC 3261 §11.2)', async () => {
  const { call } = await callIn(edge, peer);
  for (const asked of [call, rawInvite(peer).call]) {
    const answer = await asked.ask('OPTIONS');
    expect(answer).toMatch(/^SIP\/2\.0 200 /);
    expect(header(answer, 'Allow')).toMatch(/INVITE.*BYE.*UPDATE/);
    expect(header(answer, 'Allow')).not.toContain('REFER');
    expect(header(answer, 'Accept')).toContain('application/sdp');
    expect(header(answer, 'Supported')).toBe('timer, 100rel');
  }
});

it('answers 481 to whatever belongs to no call of ours', async () => {
  const { call } = rawInvite(peer);
  call.remote += ';tag=unknown';
  for (const method of ['BYE', 'INFO', 'UPDATE', 'PRACK', 'OPTIONS']) {
    expect(await call.ask(method)).toMatch(/^SIP\/2\.0 481 /);
  }
  expect(await call.ask('INVITE', { body: offer() })).toMatch(/^SIP\/2\.0 481 /);
  call.remote = call.remote.replace(/;tag=.*/, '');
  for (const method of ['BYE', 'INFO', 'UPDATE', 'PRACK']) expect(await call.ask(method)).toMatch(/^SIP\/2\.0 481 /);
  peer.send(call.text('CANCEL'));
  await peer.next(/^SIP\/2\.0 481 [\s\S]*CANCEL/);
});

it('answers 500 to what comes out of order (RFC 3261 §12.2.2)', async () => {
  const { call, dialog } = await callIn(edge, peer);
  expect(await call.ask('INFO', { cseq: 9 })).toMatch(/^SIP\/2\.0 200 /);
  for (const method of ['INFO', 'UPDATE', 'BYE'])
    expect(await call.ask(method, { cseq: 8 })).toMatch(/^SIP\/2\.0 500 /);
  expect(await call.ask('INVITE', { cseq: 7, body: offer() })).toMatch(/^SIP\/2\.0 500 /);
  expect(await call.ask('BYE', { cseq: 12 })).toMatch(/^SIP\/2\.0 200 /);
  expect(dialog.state).toBe('ended');
});

describe('what is repeated because a datagram was lost', () => {
  it('is one call, whose 200 is repeated until its ACK', async () => {
    const calls: string[][] = [];
    edge.onIncoming((dialog) => calls.push(answerCall(dialog)));
    const { call, text } = rawInvite(peer);
    for (let sent = 0; sent < 3; sent += 1) peer.send(text);
    const ok = await peer.next(/^SIP\/2\.0 200 /);
    expect(await peer.next(/^SIP\/2\.0 200 /)).toBe(ok);
    call.acknowledge(text, ok);
    call.acknowledge(text, ok);
    peer.send(text);
    await vi.waitFor(() => expect(calls).toEqual([['answered']]));
    const bye = call.text('BYE');
    peer.send(bye);
    const gone = await peer.next(/^SIP\/2\.0 200 [\s\S]*BYE/);
    peer.send(bye);
    expect(await peer.next(/^SIP\/2\.0 200 [\s\S]*BYE/)).toBe(gone);
    expect(calls).toEqual([['answered', 'ended remote']]);
  });

  it('is acknowledged again where it is a 200', async () => {
    const { dialog, ok } = await callOut(edge, peer);
    peer.send(ok);
    await peer.next(/^ACK /);
    const result = dialog.reoffer(offer());
    const again = respond(peer, await peer.next(/^INVITE /), '200 OK', { body: offer() });
    peer.send(again);
    await peer.next(/^ACK /);
    peer.send(again);
    await peer.next(/^ACK /);
    expect(await result).toMatchObject({ ok: true });
    expect(dialog.state).toBe('established');
  });
});

describe('the end of a call', () => {
  it('says why, where the other side does (RFC 3326)', async () => {
    const { call, dialog } = await callIn(edge, peer);
    const ended = endOf(dialog);
    await call.ask('BYE', { headers: ['Reason: Q.850;cause=31;text="Normal, unspecified"'] });
    expect(await ended).toEqual({
      by: 'remote',
      reason: 'Normal, unspecified',
      cause: { protocol: 'Q.850', value: 31, text: 'Normal, unspecified' },
    });
  });

  it('comes when nothing is heard of the peer, by media, request or answer to OPTIONS', async () => {
    await close();
    await open(300);
    const { call, dialog } = await callIn(edge, peer);
    const ended = endOf(dialog);
    const began = Date.now();
    const media = setInterval(() => dialog.noteMedia(), 200);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    clearInterval(media);
    expect([dialog.state, peer.count(/^OPTIONS /) > 3]).toEqual(['established', true]);
    for (let asked = 0; asked < 10; asked += 1) {
      await call.ask('INFO');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(dialog.state).toBe('established');
    expect((await ended).by).toBe('timeout');
    expect(Date.now() - began).toBeGreaterThan(4_000);
  });

  it('does not come with a 481 to OPTIONS while there is media, and does without', async () => {
    await close();
    await open(300);
    const { dialog } = await callIn(edge, peer);
    const ended = endOf(dialog);
    for (let asked = 0; asked < 4; asked += 1) {
      const options = await peer.next(/^OPTIONS /);
      dialog.noteMedia();
      peer.send(respond(peer, options, '481 Call/Transaction Does Not Exist'));
    }
    expect(dialog.state).toBe('established');
    await peer.next(/^OPTIONS /);
    peer.send(respond(peer, await peer.next(/^OPTIONS /), '481 Call/Transaction Does Not Exist'));
    expect(await ended).toMatchObject({ by: 'remote', status: 481 });
  });
});
