import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Binding, CallRequest, Failure, RefusedAttempt, SipEdge, SipHooks } from '../../gateway/sip/index.ts';
import { headersOf, type WireResponse } from '../../gateway/sip/transport/wire.ts';
import { accountOf, type BareCodec, credentialsFor, openCodec, realm } from './sip-codec.ts';
import { address, answerCall, nextCall, offer, openEdge, runSipp } from './sip-peers.ts';

const accounts = [accountOf('codec1', 'secret1'), accountOf('codec2', 'secret2')];
let edge: SipEdge;
let codecs: BareCodec[];
let changes: [account: string, contacts: string[]][];
let attempts: RefusedAttempt[];
let asked: CallRequest[];

const hooks: SipHooks = {
  account: async (user) => accounts.find((account) => account.user === user),
  registrationsChanged: (account, bindings) => changes.push([account, bindings.map(({ contact }) => contact)]),
  refusedAttempt: (attempt) => attempts.push(attempt),
  authorise(request) {
    asked.push(request);
    return request.identity.account === undefined ? 'challenge' : 'accept';
  },
};

beforeEach(async () => {
  [codecs, changes, attempts, asked] = [[], [], [], []];
  edge = await openEdge(hooks, { realm });
});

afterEach(async () => {
  for (const codec of codecs) codec.close();
  await edge.close();
});

async function codec(user = 'codec1', transport: 'udp' | 'tcp' = 'udp'): Promise<BareCodec> {
  const opened = await openCodec(edge.port, { user, password: `secret${user.at(-1)}`, transport });
  codecs.push(opened);
  return opened;
}

const contactsOf = (response: { headers: { name: string; value: string }[] }) => headersOf(response.headers, 'Contact');

describe.each(['udp', 'tcp'] as const)('a codec over %s', (transport) => {
  it('registers by either algorithm, renews, asks and leaves', async () => {
    const one = await codec('codec1', transport);
    const granted = await one.prove({ extra: ['Expires: 600', 'User-Agent: Codec/1'] });
    expect(granted).toMatchObject({ status: 200 });
    expect(contactsOf(granted)).toEqual([`<${one.contact}>;expires=600`]);
    expect(edge.registrar.bindingsOf('codec1')).toMatchObject([
      {
        account: 'codec1',
        contact: one.contact,
        source: { ip: address, port: one.port, transport },
        userAgent: 'Codec/1',
      },
    ]);
    expect(await one.prove({ extra: ['Expires: 300'] })).toMatchObject({ status: 200 });
    expect(contactsOf(await one.prove({ contacts: [] }))).toEqual([expect.stringMatching(/;expires=(300|299)$/)]);
    const gone = await one.prove({ contacts: ['*'], extra: ['Expires: 0'] }, { algorithm: 'MD5' });
    expect(gone).toMatchObject({ status: 200 });
    expect(contactsOf(gone)).toEqual([]);
    expect(edge.registrar.bindingsOf('codec1')).toEqual([]);
    expect(changes).toEqual([
      ['codec1', [one.contact]],
      ['codec1', [one.contact]],
      ['codec1', []],
    ]);
  });

  it('is called where it registered, by its account alone', async () => {
    const one = await codec('codec1', transport);
    const hidden = transport === 'tcp' ? '<sip:codec1@10.255.255.1:9;transport=tcp>' : '<sip:codec1@10.255.255.1:9>';
    await one.prove({ contacts: [hidden] });
    const call = edge.place(`sip:codec1@${realm}`, { callerName: 'R', fromUser: 'room1', offer });
    const failed = new Promise<Failure>((resolve) => call.on('failed', resolve));
    const invite = await one.received('INVITE');
    expect(invite.uri).toBe(hidden.slice(1, -1));
    one.send(answerTo(invite, '486 Busy Here'));
    expect(await failed).toMatchObject({ code: 'busy' });
    await one.received('ACK');
  });

  it('is known when it calls, until it leaves: by its connection, or, as datagrams can be forged, by its password', async () => {
    const one = await codec('codec1', transport);
    await one.prove();
    const call = nextCall(edge);
    const invite = { method: 'INVITE', to: 'room1', from: 'somebody', body: offer() };
    const password = { user: 'codec1', password: 'secret1' };
    const uri = `sip:room1@${address}:${edge.port}`;
    const challenged = transport === 'udp' ? await one.request(invite) : undefined;
    expect(challenged?.status).toBe(transport === 'udp' ? 401 : undefined);
    expect(asked).toEqual([]);
    const authorization = challenged && credentialsFor(challenged, password, 'INVITE', uri);
    const answered = one.request(authorization ? { ...invite, authorization } : invite);
    const dialog = await call;
    expect(dialog.remote.identity).toEqual({ account: 'codec1' });
    answerCall(dialog);
    const accepted = await answered;
    expect(accepted).toMatchObject({ status: 200 });
    expect(asked).toHaveLength(1);
    await hangUp(one, accepted);
    await one.prove({ contacts: ['*'], extra: ['Expires: 0'] });
    expect(await one.request({ method: 'INVITE', to: 'room1', body: offer() })).toMatchObject({ status: 401 });
  });
});

describe('a REGISTER', () => {
  it('that proves nothing is challenged alike, whoever it names', async () => {
    const seen = [];
    for (const user of ['codec1', 'nobody']) {
      const one = await openCodec(edge.port, { user, password: 'guess' });
      codecs.push(one);
      const first = await one.request();
      const second = await one.prove();
      seen.push([first.status, second.status, headersOf(second.headers, 'WWW-Authenticate').length]);
    }
    expect(seen).toEqual([
      [401, 401, 2],
      [401, 401, 2],
    ]);
    expect(edge.census.transactions).toBe(2); // none for those without credentials
    expect(changes).toEqual([]);
  });

  it('asks for SHA-256 first', async () => {
    const { headers } = await (await codec()).request({ extra: ['User-Agent: Codec/1'] });
    const [first, second] = headersOf(headers, 'WWW-Authenticate');
    expect(first).toContain('algorithm=SHA-256');
    expect(second).toContain('algorithm=MD5');
  });

  it('said again is refused as stale; the same datagram repeated gets the same answer', async () => {
    const one = await codec();
    const uri = `sip:${address}:${edge.port}`;
    const authorization = credentialsFor(await one.request(), { user: 'codec1', password: 'secret1' }, 'REGISTER', uri);
    expect(await one.request({ authorization })).toMatchObject({ status: 200 });
    one.repeat();
    await vi.waitFor(() => expect(one.responses.map(({ status }) => status)).toEqual([401, 200, 200]));
    const replayed = await one.request({ authorization });
    expect(replayed).toMatchObject({ status: 401 });
    expect(headersOf(replayed.headers, 'WWW-Authenticate')[0]).toContain('stale=true');
    const thief = await openCodec(edge.port, { user: 'codec1', password: '' });
    codecs.push(thief);
    expect(await thief.request({ authorization })).toMatchObject({ status: 401 });
    expect(edge.registrar.bindingsOf('codec1')).toHaveLength(1);
  });

  it('for another account is refused with 403, and told', async () => {
    const one = await codec('codec2');
    expect(await one.prove({ to: 'codec1' })).toMatchObject({ status: 403 });
    expect(attempts).toMatchObject([{ kind: 'register', target: 'codec1', source: { ip: address } }]);
    expect(edge.registrar.bindingsOf('codec1')).toEqual([]);
  });

  it('of too short a time learns the shortest', async () => {
    const refused = await (await codec()).prove({ extra: ['Expires: 10'] });
    expect(refused).toMatchObject({ status: 423 });
    expect(headersOf(refused.headers, 'Min-Expires')).toEqual(['60']);
  });

  it('that is malformed, or older than what was said, changes nothing', async () => {
    const one = await codec();
    await one.prove({ cseq: 20 });
    expect(await one.prove({ cseq: 10, contacts: ['*'], extra: ['Expires: 0'] })).toMatchObject({ status: 500 });
    expect(await one.prove({ contacts: ['*'] })).toMatchObject({ status: 400 });
    expect(await one.prove({ contacts: ['<tel:+8424>'] })).toMatchObject({ status: 400 });
    expect(edge.registrar.bindingsOf('codec1')).toHaveLength(1);
  });

  it('with several contacts keeps all of them', async () => {
    const one = await codec();
    const granted = await one.prove({
      contacts: [`"A, B" <${one.contact}>;expires=120, <sip:x@${address}:9>;expires=70`, `<sip:y@${address}:9>`],
      extra: ['Expires: 90'],
    });
    expect(contactsOf(granted)).toEqual([
      `<sip:y@${address}:9>;expires=90`,
      `<sip:x@${address}:9>;expires=70`,
      `<${one.contact}>;expires=120`,
    ]);
  });

  it('is refused where there are no accounts, or they cannot be asked for', async () => {
    const without = await openEdge();
    const down = await openEdge({ account: () => Promise.reject(new Error('down')) }, { realm });
    try {
      const here = await openCodec(without.port, { user: 'codec1', password: 'secret1' });
      const there = await openCodec(down.port, { user: 'codec1', password: 'secret1' });
      codecs.push(here, there);
      expect(await here.request()).toMatchObject({ status: 405 });
      expect(await there.prove()).toMatchObject({ status: 500 });
    } finally {
      await Promise.all([without.close(), down.close()]);
    }
  });
});

describe('a call', () => {
  it('is challenged, and its caller is its account, whatever its From says', async () => {
    const one = await codec();
    const call = nextCall(edge);
    const answered = one.prove({ method: 'INVITE', to: 'room1', from: 'codec2', body: offer() });
    const dialog = await call;
    expect(dialog.remote.identity).toEqual({ account: 'codec1' });
    expect(asked.map(({ identity }) => identity)).toEqual([{}, { account: 'codec1' }]);
    const story = answerCall(dialog);
    const accepted = await answered;
    expect(accepted).toMatchObject({ status: 200 });
    await hangUp(one, accepted);
    expect(story).toEqual(['answered', 'ended remote']);
  });

  it.each(['udp', 'tcp'] as const)('of SIPp, which knows MD5 alone, is proven over %s', async (transport) => {
    const call = nextCall(edge);
    const sipp = await runSipp('challenged', transport, edge.port);
    const dialog = await call;
    expect(dialog.remote.identity).toEqual({ account: 'codec1' });
    const story = answerCall(dialog);
    await sipp.done;
    expect(story).toEqual(['answered', 'ended remote']);
  });

  it('of somebody who cannot prove it never reaches the room', async () => {
    edge.onIncoming(() => expect.unreachable());
    const one = await codec();
    const invite = { method: 'INVITE', to: 'room1', body: offer() };
    expect(await one.prove(invite, { password: 'guess' })).toMatchObject({ status: 401 });
    expect(await one.prove(invite, { change: (asked) => ({ ...asked, nonce: 'mine' }) })).toMatchObject({
      status: 401,
    });
  });

  it('is challenged once: the challenge is not repeated to who may never have called (RFC 3261 §26.3.2.4)', async () => {
    nextCall(edge).catch(() => {});
    const one = await codec();
    await one.request({ method: 'INVITE', to: 'room1', body: offer() });
    await sleep(1_200); // timer G would have fired twice
    expect(one.responses.filter(({ status }) => status === 401)).toHaveLength(1);
    one.repeat();
    await vi.waitFor(() => expect(one.responses.filter(({ status }) => status === 401)).toHaveLength(2));
  });

  it('for another room does not pass with the proof of one', async () => {
    edge.onIncoming(() => expect.unreachable());
    const one = await codec();
    const invite = { method: 'INVITE', to: 'room2', body: offer() };
    const uri = `sip:room1@${address}:${edge.port}`;
    const authorization = credentialsFor(
      await one.request(invite),
      { user: 'codec1', password: 'secret1' },
      'INVITE',
      uri,
    );
    expect(await one.request({ ...invite, authorization })).toMatchObject({ status: 401 });
  });

  it('from behind a proxy is not known by the source that it shares', async () => {
    const one = await codec();
    await one.prove();
    const extra = [`Via: SIP/2.0/UDP 10.0.0.7:5060;branch=z9hG4bKfar`];
    nextCall(edge).catch(() => {});
    expect(await one.request({ method: 'INVITE', to: 'room1', body: offer(), extra })).toMatchObject({ status: 401 });
  });

  it('from the place of a connection that is gone is not known either', async () => {
    const one = await codec('codec1', 'tcp');
    await one.prove();
    one.close();
    await vi.waitFor(() => expect(edge.census.connections).toBe(0));
    const call = edge.place(`sip:codec1@${realm}`, { callerName: 'R', fromUser: 'room1', offer });
    // Nobody listens at its contact any more.
    expect(await new Promise<Failure>((resolve) => call.on('failed', resolve))).toMatchObject({ code: 'unreachable' });
  });

  it('to an account that is not registered says so', async () => {
    for (const target of [`sip:codec1@${realm}`, `sip:codec1@${address}:${edge.port}`]) {
      const call = edge.place(target, { callerName: 'R', fromUser: 'room1', offer });
      const failure = await new Promise<Failure>((resolve) => call.on('failed', resolve));
      expect(failure).toEqual({ code: 'notRegistered', status: 480, reason: 'Not registered' });
      expect(edge.dialogs).toEqual([]);
    }
  });

  it('to a plain address goes there, also by a name that an account has', async () => {
    const one = await codec();
    const other = await codec('codec2');
    await one.prove();
    const call = edge.place(`sip:codec1@${address}:${other.port}`, { callerName: 'R', fromUser: 'room1', offer });
    const failed = new Promise<Failure>((resolve) => call.on('failed', resolve));
    const invite = await other.received('INVITE');
    other.send(answerTo(invite, '486 Busy Here'));
    expect(await failed).toMatchObject({ code: 'busy' });
  });
});

it('takes up what an earlier process had', async () => {
  const one = await codec();
  await one.prove();
  const kept: Binding[] = edge.registrar.bindingsOf('codec1');
  const { port } = edge;
  await edge.close();
  edge = await openEdge(hooks, { realm, port });
  edge.registrar.restore(JSON.parse(JSON.stringify(kept)));
  const call = edge.place(`sip:codec1@${realm}`, { callerName: 'R', fromUser: 'room1', offer });
  const failed = new Promise<Failure>((resolve) => call.on('failed', resolve));
  one.send(answerTo(await one.received('INVITE'), '603 Decline'));
  expect(await failed).toMatchObject({ code: 'declined' });
});

/** A response of the codec to a request that it received. */
function answerTo({ headers }: { headers: { name: string; value: string }[] }, status: string): string {
  const copied = headers.filter(({ name }) => ['Via', 'From', 'To', 'Call-ID', 'CSeq'].includes(name));
  const lines = copied.map(({ name, value }) => `${name}: ${value}${name === 'To' ? ';tag=codec' : ''}`);
  return [`SIP/2.0 ${status}`, ...lines, 'Content-Length: 0', '', ''].join('\r\n');
}

/** Acknowledges the 200 of a call, and ends it. */
async function hangUp(codec: BareCodec, { headers }: WireResponse): Promise<void> {
  const [to = ''] = headersOf(headers, 'To');
  const cseq = Number.parseInt(headersOf(headers, 'CSeq')[0] ?? '', 10);
  const within = { toTag: /;tag=(.*)$/.exec(to)?.[1] ?? '', to: 'room1', contacts: [] };
  const [from = ''] = headersOf(headers, 'From');
  const party = { ...within, from: /sip:([^@]*)@/.exec(from)?.[1] ?? '' };
  codec.notify({ ...party, method: 'ACK', cseq });
  expect(await codec.request({ ...party, method: 'BYE', cseq: cseq + 1 })).toMatchObject({ status: 200 });
  await vi.waitFor(() => expect(edge.dialogs).toEqual([]));
}
