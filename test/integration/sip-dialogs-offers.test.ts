import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Dialog, End, IncomingDialog, SipEdge } from '../../gateway/sip/index.ts';
import { address, answerCall, offer, openEdge } from './sip-peers.ts';
import { bodyOf, callIn, callOut, header, openRawPeer, type RawPeer, rawInvite, respond } from './sip-raw.ts';

let edge: SipEdge;
const opened: { close(): unknown }[] = [];

beforeEach(async () => {
  edge = await openEdge();
});

afterEach(async () => {
  await edge.close();
  for (const one of opened.splice(0)) await one.close();
});

async function rawPeer(): Promise<RawPeer> {
  const peer = await openRawPeer(edge);
  opened.push(peer);
  return peer;
}

const endOf = (dialog: Dialog) => new Promise<End>((resolve) => dialog.on('ended', resolve));
const held = (direction: string) => offer().replaceAll('a=sendrecv', `a=${direction}`);

/** Asks something else, so that what was said before has arrived. */
async function untilHeard(peer: RawPeer): Promise<void> {
  await rawInvite(peer).call.ask('OPTIONS');
}

describe('a peer that holds', () => {
  it.each([
    ['sendonly', held('sendonly'), 'recvonly'],
    ['inactive', held('inactive'), 'inactive'],
    ['0.0.0.0, as before RFC 3264', offer().replace(/^c=.*$/m, 'c=IN IP4 0.0.0.0'), undefined],
  ])('by %s is answered, and stays', async (_how, body, direction) => {
    const { call, dialog, story } = await callIn(edge, await rawPeer());
    const answer = await call.ask('INVITE', { body });
    expect(answer).toMatch(/^SIP\/2\.0 200 /);
    if (direction) expect(bodyOf(answer)).toContain(`a=${direction}`);
    expect(await call.ask('INVITE', { body: offer() })).toMatch(/^SIP\/2\.0 200 [\s\S]*a=sendrecv/);
    expect([dialog.state, story]).toEqual(['established', ['answered', 'reoffered', 'reoffered']]);
  });

  it('can do so in a call of ours', async () => {
    const { call, dialog } = await callOut(edge, await rawPeer());
    const offers: (string | undefined)[] = [];
    dialog.onReoffer((reoffer) => {
      offers.push(reoffer);
      return offer();
    });
    expect(await call.ask('UPDATE', { body: held('sendonly') })).toMatch(/^SIP\/2\.0 200 [\s\S]*m=audio/);
    expect(await call.ask('INVITE', { body: held('inactive') })).toMatch(/^SIP\/2\.0 200 [\s\S]*m=audio/);
    expect(offers).toEqual([held('sendonly'), held('inactive')]);
  });
});

describe('UPDATE (RFC 3311)', () => {
  it('without a description refreshes only; with one too early it waits its turn', async () => {
    const peer = await rawPeer();
    const { call, dialog, story } = await callIn(edge, peer);
    const refreshed = await call.ask('UPDATE');
    expect(refreshed).toMatch(/^SIP\/2\.0 200 [\s\S]*Contact: [\s\S]*Content-Length: 0/);
    let answer: (sdp: string) => void = () => {};
    dialog.onReoffer(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const first = call.text('UPDATE', { body: offer() });
    peer.send(first);
    expect(await call.ask('UPDATE', { body: offer() })).toMatch(/^SIP\/2\.0 500 [\s\S]*Retry-After: \d/);
    answer(offer());
    expect(await peer.next(/^SIP\/2\.0 200 [\s\S]*CSeq: 3 UPDATE/)).toContain('m=audio');
    expect(story).toEqual(['answered']);
  });

  it('is refused with 500 out of order and 481 without its call', async () => {
    const { call } = await callIn(edge, await rawPeer());
    expect(await call.ask('UPDATE')).toMatch(/^SIP\/2\.0 200 /);
    expect(await call.ask('UPDATE', { cseq: 1 })).toMatch(/^SIP\/2\.0 500 /);
    expect(await call.ask('UPDATE')).toMatch(/^SIP\/2\.0 200 /);
    call.remote = call.remote.replace(/tag=.*/, 'tag=other');
    expect(await call.ask('UPDATE')).toMatch(/^SIP\/2\.0 481 /);
  });
});

describe('offers that meet', () => {
  it('an UPDATE and a re-INVITE of the peer while ours is open get 491, each time that they come', async () => {
    const peer = await rawPeer();
    const { call, dialog } = await callIn(edge, peer);
    const result = dialog.reoffer(held('sendonly'));
    const ours = await peer.next(/^INVITE /);
    expect(await call.ask('UPDATE', { body: offer() })).toMatch(/^SIP\/2\.0 491 /);
    expect(await call.ask('UPDATE')).toMatch(/^SIP\/2\.0 200 /);
    const theirs = call.text('INVITE', { body: offer() });
    peer.send(theirs);
    const refusal = await peer.next(/^SIP\/2\.0 491 [\s\S]*INVITE/);
    peer.send(theirs); // as if the 491 had been lost
    expect(await peer.next(/^SIP\/2\.0 491 [\s\S]*INVITE/)).toBe(refusal);
    call.acknowledge(theirs, refusal);
    peer.send(respond(peer, ours, '200 OK', { body: offer() }));
    expect(await result).toMatchObject({ ok: true });
    expect(await call.ask('INVITE', { body: offer() })).toMatch(/^SIP\/2\.0 200 /);
    expect(dialog.state).toBe('established');
  });

  it('from both sides at once are both made in the end', { timeout: 30_000 }, async () => {
    const other = await openEdge();
    opened.push(other);
    const coming = new Promise<IncomingDialog>((resolve) => other.onIncoming(resolve));
    const caller = edge.place(`sip:room1@${address}:${other.port}`, { callerName: 'C', fromUser: 'c', offer });
    const called = await coming;
    const stories = [answerCall(called), [] as string[]] as const;
    await new Promise<void>((resolve) => caller.on('answered', () => resolve()));
    await vi.waitFor(() => expect(called.state).toBe('established'));
    caller.onReoffer((reoffer) => {
      stories[1].push(reoffer === undefined ? 'asked for an offer' : 'reoffered');
      return offer();
    });
    const results = await Promise.all([caller.reoffer(held('sendonly')), called.reoffer(held('recvonly'))]);
    expect(results).toMatchObject([{ ok: true }, { ok: true }]);
    expect(stories).toEqual([['answered', 'reoffered'], ['reoffered']]);
    expect([caller.state, called.state]).toEqual(['established', 'established']);
  });

  it('of our own go one after the other', async () => {
    const peer = await rawPeer();
    const { dialog } = await callIn(edge, peer);
    const results = Promise.all([dialog.reoffer(held('sendonly')), dialog.reoffer(held('recvonly'))]);
    for (const direction of ['sendonly', 'recvonly']) {
      const reinvite = await peer.next(/^INVITE /);
      expect(reinvite).toContain(`a=${direction}`);
      peer.send(respond(peer, reinvite, '200 OK', { body: offer() }));
    }
    expect(await results).toMatchObject([{ ok: true }, { ok: true }]);
  });

  it('are cancelled by who made them (RFC 3261 §9)', async () => {
    const peer = await rawPeer();
    const { call, dialog } = await callIn(edge, peer);
    dialog.onReoffer(() => new Promise(() => {}));
    const reinvite = call.text('INVITE', { body: offer() });
    peer.send(reinvite);
    await peer.next(/^SIP\/2\.0 100 [\s\S]*CSeq: 2 INVITE/);
    peer.send(call.text('CANCEL', { branch: /branch=([^;]+)/.exec(reinvite)?.[1] ?? '' }));
    expect(await peer.next(/^SIP\/2\.0 200 [\s\S]*CANCEL/)).toContain('CSeq: 2 CANCEL');
    call.acknowledge(reinvite, await peer.next(/^SIP\/2\.0 487 [\s\S]*CSeq: 2 INVITE/));
    dialog.onReoffer(() => offer());
    expect(await call.ask('INVITE', { body: offer() })).toMatch(/^SIP\/2\.0 200 /);
  });
});

describe('a re-INVITE of ours that is refused', () => {
  it.each(['488 Not Acceptable Here', '500 Server Internal Error', '503 Service Unavailable', '408 Request Timeout'])(
    'by %s leaves the call as it was',
    async (status) => {
      const peer = await rawPeer();
      const { dialog } = await callIn(edge, peer);
      const result = dialog.reoffer(held('sendonly'));
      peer.send(respond(peer, await peer.next(/^INVITE /), status));
      expect(await result).toEqual({ ok: false, status: Number.parseInt(status, 10), reason: status.slice(4) });
      expect(dialog.state).toBe('established');
      const again = dialog.reoffer(offer());
      peer.send(respond(peer, await peer.next(/^INVITE /), '200 OK', { body: offer() }));
      expect(await again).toMatchObject({ ok: true });
    },
  );

  it('by 481 ends it, as there is none (RFC 3261 §12.2.1.2)', async () => {
    const peer = await rawPeer();
    const { dialog } = await callIn(edge, peer);
    const ended = endOf(dialog);
    const result = dialog.reoffer(offer());
    peer.send(respond(peer, await peer.next(/^INVITE /), '481 Call/Transaction Does Not Exist'));
    expect(await result).toMatchObject({ ok: false, status: 481 });
    expect(await ended).toMatchObject({ by: 'remote', status: 481 });
  });

  it('by nothing but a 100 is cancelled after a minute, and the next one can go out', async () => {
    const peer = await rawPeer();
    const { dialog } = await callIn(edge, peer);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const result = dialog.reoffer(held('sendonly'));
      peer.send(respond(peer, await peer.next(/^INVITE /), '100 Trying'));
      await untilHeard(peer);
      await vi.advanceTimersByTimeAsync(60_000);
      await peer.next(/^CANCEL /);
      await vi.advanceTimersByTimeAsync(32_000);
      expect(await result).toEqual({ ok: false, status: 408, reason: 'Request Timeout' });
    } finally {
      vi.useRealTimers();
    }
    const again = dialog.reoffer(offer());
    peer.send(respond(peer, await peer.next(/^INVITE [\s\S]*a=sendrecv/), '200 OK', { body: offer() }));
    expect(await again).toMatchObject({ ok: true });
    expect(dialog.state).toBe('established');
  });

  it('by the end of the call is not waited for any longer', async () => {
    const peer = await rawPeer();
    const { call, dialog } = await callIn(edge, peer);
    const result = dialog.reoffer(held('sendonly'));
    peer.send(respond(peer, await peer.next(/^INVITE /), '100 Trying'));
    expect(await call.ask('BYE')).toMatch(/^SIP\/2\.0 200 /);
    expect(await result).toEqual({ ok: false, status: 481, reason: 'Call is over' });
    expect(dialog.state).toBe('ended');
  });

  it('by a 200 without a description changes nothing', async () => {
    const peer = await rawPeer();
    const { dialog } = await callIn(edge, peer);
    const result = dialog.reoffer(offer());
    peer.send(respond(peer, await peer.next(/^INVITE /), '200 OK'));
    expect(await result).toMatchObject({ ok: false, status: 200 });
    await peer.next(/^ACK /);
    expect(dialog.state).toBe('established');
  });
});

describe('the remote target is refreshed (RFC 3261 §12.2)', () => {
  const farewell = async (dialog: Dialog, at: RawPeer) => {
    const over = dialog.hangUp();
    const bye = await at.next(/^BYE /);
    await over;
    return bye;
  };

  it.each(['INVITE', 'UPDATE'])('by the Contact of an %s of the peer', async (method) => {
    const [peer, moved] = [await rawPeer(), await rawPeer()];
    const { call, dialog } = await callIn(edge, peer);
    call.contact = `Contact: <${moved.uri}>`;
    expect(await call.ask(method, { body: offer() })).toMatch(/^SIP\/2\.0 200 /);
    expect(await farewell(dialog, moved)).toMatch(new RegExp(`^BYE ${moved.uri} `));
  });

  it('by the Contact of its 200 to ours, whose ACK goes there already', async () => {
    const [peer, moved] = [await rawPeer(), await rawPeer()];
    const { dialog } = await callIn(edge, peer);
    const result = dialog.reoffer(offer());
    const reinvite = await peer.next(/^INVITE /);
    peer.send(
      respond(peer, reinvite, '200 OK', { body: offer() }).replace(`Contact: <${peer.uri}`, `Contact: <${moved.uri}`),
    );
    expect(await result).toMatchObject({ ok: true });
    expect(header(await moved.next(/^ACK /), 'CSeq')).toBe(header(reinvite, 'CSeq').replace('INVITE', 'ACK'));
    await farewell(dialog, moved);
  });
});
