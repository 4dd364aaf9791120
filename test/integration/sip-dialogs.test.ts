import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Failure, IncomingDialog, SipEdge } from '../../gateway/sip/index.ts';
import { address, answerCall, type BarePeer, nextCall, offer, openEdge, openPeer, requestText } from './sip-peers.ts';

let edge: SipEdge;
const peers: BarePeer[] = [];

beforeEach(async () => {
  edge = await openEdge();
});

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.close();
  await edge.close();
});

async function peerOver(transport: 'udp' | 'tcp'): Promise<BarePeer> {
  const peer = await openPeer(transport, edge.port);
  peers.push(peer);
  return peer;
}

const sdpType = ['Content-Type: application/sdp'];

/** The next request of a call: its own Via, and the To of the 200. */
function follow(invite: string, ok: string, method: string, cseq: number): string {
  return invite
    .slice(0, invite.indexOf('\r\n\r\n') + 4)
    .replace(/^INVITE/, method)
    .replace(/branch=z9hG4bK/, `branch=z9hG4bK${method}${cseq}`)
    .replace(/^To: .*$/m, /^To: .*$/m.exec(ok)?.[0] ?? '')
    .replace(/^CSeq: .*$/m, `CSeq: ${cseq} ${method}`)
    .replace(/^(?:Content-Type|Record-Route): .*\r\n/gm, '')
    .replace(/^Content-Length: .*$/m, 'Content-Length: 0');
}

/** Calls the edge with this INVITE; the call is up when it returns. */
async function call(peer: BarePeer, invite: string): Promise<{ dialog: IncomingDialog; ok: string; story: string[] }> {
  const coming = nextCall(edge);
  peer.send(invite);
  const dialog = await coming;
  const story = answerCall(dialog);
  const answer = await peer.answer('SIP/2.0 200');
  const ok = answer.slice(answer.indexOf('SIP/2.0 200')); // on TCP the 100 may be in the same piece
  peer.send(follow(invite, ok, 'ACK', 1));
  await vi.waitFor(() => expect(dialog.state).toBe('established'), 5_000);
  return { dialog, ok, story };
}

const byeOk = (bye: string) =>
  `SIP/2.0 200 OK\r\n${bye
    .split('\r\n')
    .filter((line) => /^(?:Via|From|To|Call-ID|CSeq):/i.test(line))
    .join('\r\n')}\r\nContent-Length: 0\r\n\r\n`;

/** The same message with a description. */
const withBody = (text: string, body: string) =>
  text.replace('Content-Length: 0', `Content-Type: application/sdp\r\nContent-Length: ${body.length}`) + body;

describe('requests within a call find their way', () => {
  it('through the proxies that recorded their route (RFC 3261 §12.2.1.1)', async () => {
    const [peer, proxy] = [await peerOver('udp'), await peerOver('udp')];
    const invite = requestText(
      'INVITE',
      peer,
      'udp',
      [...sdpType, `Record-Route: <sip:${address}:${proxy.port};lr>`],
      offer(),
    );
    const { dialog, ok } = await call(peer, invite);
    expect(ok).toContain(`Record-Route: <sip:${address}:${proxy.port};lr>`);
    const over = dialog.hangUp();
    const bye = await proxy.answer('BYE sip:test');
    expect(bye).toContain(`Route: <sip:${address}:${proxy.port};lr>`);
    proxy.send(byeOk(bye));
    await over;
    expect(peer.count('BYE ')).toBe(0);
  });

  it('back through a NAT, where the Contact leads nowhere', async () => {
    const peer = await peerOver('udp');
    const invite = requestText('INVITE', peer, 'udp', sdpType, offer()).replace(
      /^Contact: .*$/m,
      'Contact: <sip:test@192.168.99.9:5060>',
    );
    const { dialog } = await call(peer, invite);
    expect(dialog.remote.contact).toBe('sip:test@192.168.99.9:5060');
    const over = dialog.hangUp();
    peer.send(byeOk(await peer.answer('BYE ')));
    await over;
  });

  it('back on the connection that the call came by', async () => {
    const peer = await peerOver('tcp');
    const invite = requestText('INVITE', peer, 'tcp', sdpType, offer()).replace(
      /^Contact: .*$/m,
      `Contact: <sip:test@${address}:9>`,
    );
    const { dialog } = await call(peer, invite);
    const over = dialog.hangUp();
    peer.send(byeOk(await peer.answer('BYE ')));
    await over;
  });

  it('to the port in the Via of who does not know rport (RFC 3261 §18.2.2)', async () => {
    const [peer, listening] = [await peerOver('udp'), await peerOver('udp')];
    peer.send(
      requestText('OPTIONS', peer, 'udp').replace(
        /^(Via: SIP\/2\.0\/UDP) .*;(branch.*);rport$/m,
        `$1 ${address}:${listening.port};$2`,
      ),
    );
    const answer = await listening.answer('SIP/2.0 200');
    expect(answer).not.toMatch(/rport|received|unasked/);
  });
});

describe('a call', () => {
  it('is offered anew by UPDATE, which the library does not know (RFC 3311)', async () => {
    const peer = await peerOver('udp');
    const invite = requestText('INVITE', peer, 'udp', sdpType, offer());
    const { ok, story } = await call(peer, invite);
    const body = offer().replaceAll('a=sendrecv', 'a=sendonly');
    peer.send(withBody(follow(invite, ok, 'UPDATE', 2), body));
    expect(await peer.answer('CSeq: 2 UPDATE')).toMatch(/^SIP\/2\.0 200 [\s\S]*a=recvonly/);
    peer.send(follow(invite, ok, 'UPDATE', 3).replace(/;tag=[^;\s]+$/m, ';tag=other'));
    expect(await peer.answer('CSeq: 3 UPDATE')).toMatch(/^SIP\/2\.0 481 /);
    expect(story).toEqual(['answered', 'reoffered']);
  });

  it('refuses what nobody answers with 488, and stays up', async () => {
    const peer = await peerOver('udp');
    const invite = requestText('INVITE', peer, 'udp', sdpType, offer());
    const { dialog, ok } = await call(peer, invite);
    dialog.onReoffer(() => {
      throw new Error('no port left');
    });
    peer.send(withBody(follow(invite, ok, 'INVITE', 2), offer()));
    expect(await peer.answer('CSeq: 2 INVITE\r\nCall')).toMatch(/^SIP\/2\.0 (?:100|488) /);
    await peer.answer('SIP/2.0 488');
    expect(dialog.state).toBe('established');
  });

  it('answers 491 to a re-INVITE that meets its own, and lives on (RFC 3261 §14.2)', async () => {
    const peer = await peerOver('udp');
    const invite = requestText('INVITE', peer, 'udp', sdpType, offer());
    const { dialog, ok, story } = await call(peer, invite);
    const result = dialog.reoffer(offer().replaceAll('a=sendrecv', 'a=sendonly'));
    const ours = await peer.answer('INVITE sip:test');
    expect(ours).toMatch(/^o=rostrum \d+ 2 /m);
    peer.send(follow(invite, ok, 'INVITE', 2));
    await peer.answer('SIP/2.0 491');
    peer.send(
      withBody(byeOk(ours).replace('\r\nCSeq', `\r\nContact: <sip:test@${address}:${peer.port}>\r\nCSeq`), offer()),
    );
    expect(await result).toMatchObject({ ok: true });
    await peer.answer('ACK sip:test');
    expect([dialog.state, story]).toEqual(['established', ['answered']]);
  });

  it('can be ended by BYE while it still rings (RFC 3261 §15)', async () => {
    const peer = await peerOver('udp');
    const invite = requestText('INVITE', peer, 'udp', sdpType, offer());
    const coming = nextCall(edge);
    peer.send(invite);
    const dialog = await coming;
    dialog.ring();
    peer.send(follow(invite, await peer.answer('SIP/2.0 180'), 'BYE', 2));
    await peer.answer('CSeq: 2 BYE');
    expect(await peer.answer('SIP/2.0 487')).toContain('CSeq: 1 INVITE');
    expect(dialog.state).toBe('ended');
  });

  it('brings its description in one part of several', async () => {
    const peer = await peerOver('tcp');
    const body = `--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\nContent-Type: application/sdp\r\n\r\n${offer()}\r\n--b--\r\n`;
    const { dialog } = await call(
      peer,
      requestText('INVITE', peer, 'tcp', ['Content-Type: multipart/mixed;boundary=b'], body),
    );
    expect(dialog.offer).toContain('m=audio');
  });

  it('that is cancelled while it is still being judged reaches nobody', async () => {
    await edge.close();
    let judge: (verdict: 'accept') => void = () => {};
    edge = await openEdge({
      authorise: () =>
        new Promise((resolve) => {
          judge = resolve;
        }),
    });
    edge.onIncoming(() => expect.unreachable());
    const peer = await peerOver('udp');
    const invite = requestText('INVITE', peer, 'udp', sdpType, offer());
    peer.send(invite);
    await peer.answer('SIP/2.0 100');
    peer.send(
      follow(invite, '', 'CANCEL', 1)
        .replace('z9hG4bKCANCEL1', 'z9hG4bK')
        .replace(/^\r\n/m, `To: <sip:room1@${address}>\r\n`),
    );
    await peer.answer('SIP/2.0 487');
    judge('accept');
    await new Promise((resolve) => setImmediate(resolve));
    expect(edge.dialogs).toEqual([]);
  });

  it('above the bound is told that we are busy', async () => {
    await edge.close();
    edge = await openEdge({}, { maxDialogs: 1 });
    const peer = await peerOver('udp');
    await call(peer, requestText('INVITE', peer, 'udp', sdpType, offer()));
    peer.send(requestText('INVITE', peer, 'udp', sdpType, offer()));
    await peer.answer('SIP/2.0 486');
    expect(edge.dialogs.length).toBe(1);
  });

  describe('that the caller of the edge takes its time about', () => {
    const judges: ((verdict: 'accept') => void)[] = [];
    const calls: IncomingDialog[] = [];
    const ask = async (count: number) => {
      const peer = await peerOver('udp');
      for (let sent = 0; sent < count; sent += 1) peer.send(requestText('INVITE', peer, 'udp', sdpType, offer()));
      await vi.waitFor(() => expect(judges.length).toBe(count));
      return peer;
    };

    beforeEach(async () => {
      judges.length = 0;
      calls.length = 0;
      await edge.close();
      const authorise = () => new Promise<'accept'>((resolve) => judges.push(resolve));
      edge = await openEdge({ authorise }, { maxDialogs: 1 });
      edge.onIncoming((dialog) => calls.push(dialog));
    });

    it('takes no place that another has got meanwhile', async () => {
      const peer = await ask(2);
      for (const judge of judges) judge('accept');
      await peer.answer('SIP/2.0 486');
      expect([calls.length, edge.dialogs.length]).toEqual([1, 1]);
    });

    it('is forgotten when the edge closes before', async () => {
      await ask(1);
      await edge.close();
      for (const judge of judges) judge('accept');
      await new Promise((resolve) => setImmediate(resolve));
      expect([calls, edge.dialogs]).toEqual([[], []]);
    });
  });
});

describe('a call that we place', () => {
  const failureOf = (target: string, over: { answerWithinMs?: number; offer?: () => Promise<string> } = {}) =>
    new Promise<Failure>((resolve) => {
      edge.place(target, { callerName: 'R', fromUser: 'room1', offer, ...over }).on('failed', resolve);
    });

  it('fails at once where nobody listens on TCP, and where no such name exists', async () => {
    expect(await failureOf(`sip:a@${address}:9;transport=tcp`)).toMatchObject({ code: 'unreachable' });
    expect(await failureOf('sip:a@nobody.invalid')).toMatchObject({ code: 'unreachable' });
  });

  it('fails without an offer, and throws for a target that cannot be called', async () => {
    const offerless = async () => {
      throw new Error('no port left');
    };
    expect(await failureOf(`sip:a@${address}:9`, { offer: offerless })).toMatchObject({ code: 'noOffer' });
    expect(() => edge.place('tel:112', { callerName: 'R', fromUser: 'r', offer })).toThrow('not a SIP URI');
  });

  it('is repeated until something answers (timer A), and cancelled when that takes too long', async () => {
    const peer = await peerOver('udp');
    const failure = failureOf(`sip:a@${address}:${peer.port}`, { answerWithinMs: 3_000 });
    const invite = await peer.answer('INVITE sip:a@');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(peer.count('INVITE sip:a@')).toBe(3); // at 0, 0.5 and 1.5 s
    peer.send(byeOk(invite).replace('200 OK', '100 Trying'));
    expect(await failure).toMatchObject({ code: 'noAnswer' });
    peer.send(byeOk(await peer.answer('CANCEL sip:a@')));
  });

  it('is hung up when it is answered after all', async () => {
    const peer = await peerOver('udp');
    const dialog = edge.place(`sip:a@${address}:${peer.port}`, { callerName: 'R', fromUser: 'room1', offer });
    const invite = await peer.answer('INVITE sip:a@');
    peer.send(byeOk(invite).replace('200 OK', '100 Trying'));
    await new Promise<void>((resolve) => dialog.on('trying', () => resolve()));
    const over = dialog.hangUp();
    expect(dialog.state).toBe('ended');
    peer.send(byeOk(await peer.answer('CANCEL sip:a@')));
    const answer = offer();
    const accepted = byeOk(invite)
      .replace(/^(To: .*)$/m, '$1;tag=late')
      .replace(
        'Content-Length: 0\r\n\r\n',
        `Content-Type: application/sdp\r\nContent-Length: ${answer.length}\r\n\r\n${answer}`,
      );
    peer.send(accepted);
    await peer.answer('ACK sip:');
    peer.send(byeOk(await peer.answer('BYE sip:')));
    await over;
  });
});
