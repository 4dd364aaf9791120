import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Failure, OutgoingDialog, SipEdge } from '../../gateway/sip/index.ts';
import { answerCall, nextCall, offer, openEdge } from './sip-peers.ts';
import { header, openRawPeer, RawCall, type RawPeer, rawInvite, respond, ringOut } from './sip-raw.ts';

let edge: SipEdge;
let peer: RawPeer;

beforeEach(async () => {
  edge = await openEdge();
  peer = await openRawPeer(edge);
});

afterEach(async () => {
  await edge.close();
  peer.close();
});

function storyOf(dialog: OutgoingDialog): string[] {
  const story: string[] = [];
  dialog.on('trying', () => story.push('trying'));
  dialog.on('ringing', () => story.push('ringing'));
  dialog.on('early', ({ sdp }) => story.push(`early ${port(sdp)}`));
  dialog.on('answered', ({ sdp }) => story.push(`answered ${port(sdp)}`));
  dialog.on('failed', ({ code }) => story.push(`failed ${code}`));
  dialog.on('ended', ({ by }) => story.push(`ended ${by}`));
  return story;
}

const port = (sdp: string) => /^m=audio (\d+)/m.exec(sdp)?.[1];
const answerAt = (audioPort: number) => offer().replace(/^m=audio \d+/m, `m=audio ${audioPort}`);
const failureOf = (dialog: OutgoingDialog) => new Promise<Failure>((resolve) => dialog.on('failed', resolve));
const untilStory = (story: string[], wanted: string[]) => vi.waitFor(() => expect(story).toEqual(wanted), 5_000);

describe('before the answer', () => {
  it('announcements are told, each of them, and the answer after them', async () => {
    const { dialog, invite } = await ringOut(edge, peer);
    const story = storyOf(dialog);
    peer.send(respond(peer, invite, '100 Trying'));
    peer.send(respond(peer, invite, '183 Session Progress', { body: answerAt(5_000) }));
    peer.send(respond(peer, invite, '183 Session Progress', { body: answerAt(5_002), tag: 'other' }));
    peer.send(respond(peer, invite, '180 Ringing'));
    peer.send(respond(peer, invite, '200 OK', { body: answerAt(5_004) }));
    await peer.next(/^ACK /);
    expect(story).toEqual(['trying', 'ringing', 'early 5000', 'early 5002', 'answered 5004']);
  });

  it('reliable responses are confirmed, repeated ones once, and their answer need not come again (RFC 3262)', async () => {
    const { dialog, invite } = await ringOut(edge, peer);
    const story = storyOf(dialog);
    const progress = respond(peer, invite, '183 Session Progress', {
      headers: ['Require: 100rel', 'RSeq: 7001'],
      body: answerAt(5_000),
    });
    peer.send(progress);
    const prack = await peer.next(/^PRACK /);
    expect(header(prack, 'RAck')).toBe(`7001 ${Number.parseInt(header(invite, 'CSeq'), 10)} INVITE`);
    expect(header(prack, 'To')).toContain('tag=raw');
    peer.send(progress);
    peer.send(respond(peer, prack, '200 OK'));
    peer.send(respond(peer, invite, '180 Ringing', { headers: ['Require: 100rel', 'RSeq: 7002'] }));
    expect(header(await peer.next(/^PRACK /), 'RAck')).toMatch(/^7002 /);
    peer.send(respond(peer, invite, '200 OK'));
    await peer.next(/^ACK /);
    expect(story).toEqual(['ringing', 'early 5000', 'answered 5000']);
  });
});

describe('an UPDATE before the answer (RFC 3311 §5.2)', () => {
  it('is taken without an offer and put off with one, whoever called', async () => {
    const { dialog, invite } = await ringOut(edge, peer);
    const ringing = respond(peer, invite, '180 Ringing');
    peer.send(ringing);
    await untilStory(storyOf(dialog), ['ringing']);
    const ends = { callId: header(invite, 'Call-ID'), local: header(ringing, 'To'), remote: header(ringing, 'From') };
    const theirs = new RawCall(peer, { ...ends, cseq: 0 });
    expect(await theirs.ask('UPDATE', { body: offer() })).toMatch(/^SIP\/2\.0 491 /);
    expect(await theirs.ask('UPDATE')).toMatch(/^SIP\/2\.0 200 /);
    peer.send(respond(peer, invite, '200 OK', { body: offer() }));
    await peer.next(/^ACK /);

    const coming = nextCall(edge);
    const { call, text } = rawInvite(peer);
    peer.send(text);
    (await coming).ring();
    call.remote = header(await peer.next(/^SIP\/2\.0 180 /), 'To');
    expect(await call.ask('UPDATE', { body: offer() })).toMatch(/^SIP\/2\.0 500 [\s\S]*Retry-After/);
    expect(await call.ask('UPDATE')).toMatch(/^SIP\/2\.0 200 /);
    expect(dialog.state).toBe('established');
  });
});

describe('a call that several devices take (RFC 3261 §13.2.2.4)', () => {
  it('belongs to the first; the others are acknowledged and hung up', async () => {
    const { dialog, invite } = await ringOut(edge, peer);
    const story = storyOf(dialog);
    for (const tag of ['one', 'two', 'three']) peer.send(respond(peer, invite, '180 Ringing', { tag }));
    peer.send(respond(peer, invite, '200 OK', { tag: 'two', body: answerAt(5_002) }));
    expect(header(await peer.next(/^ACK /), 'To')).toContain('tag=two');
    peer.send(respond(peer, invite, '200 OK', { tag: 'three', body: answerAt(5_004) }));
    expect(header(await peer.next(/^ACK /), 'To')).toContain('tag=three');
    expect(header(await peer.next(/^BYE /), 'To')).toContain('tag=three');
    // What is repeated is acknowledged again and changes nothing.
    peer.send(respond(peer, invite, '200 OK', { tag: 'three', body: answerAt(5_004) }));
    peer.send(respond(peer, invite, '200 OK', { tag: 'two', body: answerAt(5_002) }));
    await peer.next(/^ACK [\s\S]*tag=three/);
    await peer.next(/^ACK [\s\S]*tag=two/);
    expect([dialog.state, story]).toEqual(['established', ['ringing', 'answered 5002']]);
    expect(peer.count(/^BYE /)).toBe(1);
    await dialog.hangUp();
    expect(header(await peer.next(/^BYE /), 'To')).toContain('tag=two');
  });
});

describe('a call of ours that is cancelled', () => {
  it('before anything was heard waits with its CANCEL until something is (RFC 3261 §9.1)', async () => {
    const { dialog, invite } = await ringOut(edge, peer);
    const over = dialog.hangUp();
    await peer.next(/^INVITE /); // timer A
    expect(peer.count(/^CANCEL /)).toBe(0);
    peer.send(respond(peer, invite, '180 Ringing'));
    const cancel = await peer.next(/^CANCEL /);
    expect(header(cancel, 'Via')).toBe(header(invite, 'Via'));
    peer.send(respond(peer, cancel, '200 OK'));
    peer.send(respond(peer, invite, '487 Request Terminated'));
    await peer.next(/^ACK /);
    await over;
    expect(edge.dialogs).toEqual([]);
  });

  it('and answered in the same moment is acknowledged and hung up', async () => {
    const { dialog, invite } = await ringOut(edge, peer);
    const story = storyOf(dialog);
    peer.send(respond(peer, invite, '180 Ringing'));
    await untilStory(story, ['ringing']);
    const over = dialog.hangUp();
    const cancel = await peer.next(/^CANCEL /);
    peer.send(respond(peer, invite, '200 OK', { body: offer() }));
    peer.send(respond(peer, cancel, '200 OK'));
    await peer.next(/^ACK /);
    await peer.next(/^BYE /);
    await over;
    expect(story).toEqual(['ringing', 'ended local']);
  });
});

describe('a call to us', () => {
  it('that is cancelled when we have just answered is up, until its BYE', async () => {
    const coming = nextCall(edge);
    const { call, text } = rawInvite(peer);
    peer.send(text);
    const story = answerCall(await coming);
    const ok = await peer.next(/^SIP\/2\.0 200 /);
    peer.send(call.text('CANCEL', { branch: /branch=([^;]+)/.exec(text)?.[1] ?? '' }));
    expect(await peer.next(/^SIP\/2\.0 200 [\s\S]*CANCEL/)).toContain('CSeq: 1 CANCEL');
    call.acknowledge(text, ok);
    expect(await call.ask('BYE')).toMatch(/^SIP\/2\.0 200 /);
    expect(story).toEqual(['answered', 'ended remote']);
    expect(peer.count(/^SIP\/2\.0 487 /)).toBe(0);
  });

  it('that insists on reliable responses hears its 180 until it has confirmed it (RFC 3262)', async () => {
    const coming = nextCall(edge);
    const { call, text } = rawInvite(peer, { headers: ['Require: 100rel', 'Supported: 100rel'] });
    peer.send(text);
    const dialog = await coming;
    dialog.ring();
    const ringing = await peer.next(/^SIP\/2\.0 180 /);
    const sequence = header(ringing, 'RSeq');
    expect([header(ringing, 'Require'), Number(sequence) > 0]).toEqual(['100rel', true]);
    expect(await peer.next(/^SIP\/2\.0 180 /)).toBe(ringing);
    call.remote = header(ringing, 'To');
    expect(await call.ask('PRACK', { headers: ['RAck: 1 1 INVITE'] })).toMatch(/^SIP\/2\.0 481 /);
    expect(await call.ask('PRACK', { headers: [`RAck: ${sequence} 1 INVITE`] })).toMatch(/^SIP\/2\.0 200 /);
    const heard = peer.count(/^SIP\/2\.0 180 /);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(peer.count(/^SIP\/2\.0 180 /)).toBe(heard);
    const story = answerCall(dialog);
    call.acknowledge(text, await peer.next(/^SIP\/2\.0 200 [\s\S]*CSeq: 1 INVITE/));
    await untilStory(story, ['answered']);
  });
});

describe('a call of ours that is not taken', () => {
  it('but sent elsewhere is not followed: only the centre decides whom it calls (REG-12)', async () => {
    const other = await openRawPeer(edge);
    const { dialog, invite } = await ringOut(edge, peer);
    const failure = failureOf(dialog);
    const moved = respond(peer, invite, '302 Moved Temporarily').replace(/^Contact: .*$/m, `Contact: <${other.uri}>`);
    peer.send(moved);
    expect(await failure).toEqual({
      code: 'redirected',
      status: 302,
      reason: 'Moved Temporarily',
      redirectedTo: `<${other.uri}>`,
    });
    await peer.next(/^ACK /);
    expect(other.count(/INVITE/)).toBe(0);
    other.close();
  });

  it('says why, as the network behind has said it (RFC 3326)', async () => {
    const { dialog, invite } = await ringOut(edge, peer);
    const failure = failureOf(dialog);
    const headers = ['Reason: SIP;cause=480', 'Reason: Q.850;cause=17;text="User busy"'];
    peer.send(respond(peer, invite, '480 Temporarily Unavailable', { headers }));
    expect(await failure).toEqual({
      code: 'busy',
      status: 480,
      reason: 'Temporarily Unavailable',
      cause: { protocol: 'Q.850', value: 17, text: 'User busy' },
    });
  });
});
