import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type End, type Failure, readAnswer, type SipEdge } from '../../gateway/sip/index.ts';
import { address, answerCall, nextCall, offer, openEdge, runSipp } from './sip-peers.ts';

let edge: SipEdge;

beforeEach(async () => {
  edge = await openEdge({
    authorise: ({ target }) => (target === 'room1' ? 'accept' : { status: 404, reason: 'No such room' }),
  });
});

afterEach(() => edge.close());

describe.each(['udp', 'tcp'] as const)('SIPp calls over %s', (transport) => {
  it('without an offer: ours goes into the 200, its answer comes in the ACK', { timeout: 40_000 }, async () => {
    const call = nextCall(edge);
    const sipp = await runSipp('delayed-offer', transport, edge.port);
    const dialog = await call;
    expect(dialog.offer).toBeUndefined();
    expect(dialog).toMatchObject({ direction: 'in', target: 'room1', remote: { source: { ip: address, transport } } });
    const answered = new Promise<string>((resolve) => dialog.on('answered', ({ sdp }) => resolve(sdp)));
    const story = answerCall(dialog);
    expect(readAnswer(offer(), await answered)?.audio).toMatchObject({ codec: 'PCMA' });
    await sipp.done;
    expect(story).toEqual(['answered', 'keyFrameRequested', 'ended remote']);
  });

  it('and holds, asks for our offer, tries to transfer us, hangs up', { timeout: 40_000 }, async () => {
    const call = nextCall(edge);
    const sipp = await runSipp('reinvite', transport, edge.port);
    const story = answerCall(await call);
    await sipp.done;
    expect(story).toEqual(['answered', 'reoffered', 'asked for an offer', 'renegotiated', 'ended remote']);
    expect(edge.dialogs).toEqual([]);
  });

  it('and gives up while it rings', { timeout: 40_000 }, async () => {
    const call = nextCall(edge);
    const sipp = await runSipp('cancel', transport, edge.port);
    const dialog = await call;
    const ended = new Promise<End>((resolve) => dialog.on('ended', resolve));
    dialog.ring();
    await sipp.done;
    expect(await ended).toMatchObject({ by: 'remote', status: 487 });
    expect(dialog.state).toBe('ended');
  });

  it('with methods that we do not take', { timeout: 40_000 }, async () => {
    await (await runSipp('unknown-method', transport, edge.port)).done;
  });
});

it('refuses an unknown target before anything is set up', { timeout: 40_000 }, async () => {
  await edge.close();
  let seen: unknown;
  edge = await openEdge({
    authorise: (request) => {
      seen = request;
      return { status: 404, reason: 'No such room' };
    },
  });
  edge.onIncoming(() => expect.unreachable());
  const sipp = await runSipp('refused', 'udp', edge.port);
  await sipp.done;
  expect(seen).toMatchObject({
    target: 'room1',
    from: `sip:sipp@${address}:${sipp.port}`,
    source: { transport: 'udp' },
  });
});

describe.each(['udp', 'tcp'] as const)('we call SIPp over %s', (transport) => {
  const place = (port: number) =>
    edge.place(`sip:sipp@${address}:${port};transport=${transport}`, {
      callerName: 'Rostrum',
      fromUser: 'room1',
      offer,
    });

  it('and glare with a 491 costs a wait, not the call', { timeout: 40_000 }, async () => {
    const sipp = await runSipp('glare', transport);
    await untilItListens();
    const dialog = place(sipp.port);
    const story: string[] = [];
    for (const event of ['ringing', 'answered', 'failed', 'ended'] as const) dialog.on(event, () => story.push(event));
    await new Promise<void>((resolve) => dialog.on('answered', () => resolve()));
    expect(await dialog.reoffer(offer())).toMatchObject({ ok: true });
    expect(dialog.state).toBe('established');
    await dialog.hangUp();
    await sipp.done;
    expect(story).toEqual(['ringing', 'answered', 'ended']);
  });

  it('and learn that it is busy', { timeout: 40_000 }, async () => {
    const sipp = await runSipp('busy', transport);
    await untilItListens();
    const failed = new Promise<Failure>((resolve) => place(sipp.port).on('failed', resolve));
    expect(await failed).toEqual({ code: 'busy', status: 486, reason: 'Busy Here' });
    await sipp.done;
    expect(edge.dialogs).toEqual([]);
  });
});

it('ends a call whose other side has vanished, and not before', { timeout: 40_000 }, async () => {
  await edge.close();
  edge = await openEdge({}, { probeIntervalMs: 400 });
  const sipp = await runSipp('silent-peer', 'udp');
  await untilItListens();
  const dialog = edge.place(`sip:sipp@${address}:${sipp.port}`, { callerName: 'R', fromUser: 'room1', offer });
  await new Promise<void>((resolve) => dialog.on('answered', () => resolve()));
  const began = Date.now();
  const end = await new Promise<End>((resolve) => dialog.on('ended', resolve));
  expect(end.by).toBe('timeout');
  expect(Date.now() - began).toBeGreaterThan(1_400);
  sipp.stop();
});

/** SIPp does not say when it is ready. */
const untilItListens = () => new Promise((resolve) => setTimeout(resolve, 500));
