import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type End, type Failure, readAnswer, type SipEdge } from '../../gateway/sip/index.ts';
import { type Baresip, type BaresipOptions, startBaresip } from './baresip.ts';
import { address, answerCall, nextCall, offer, openEdge } from './sip-peers.ts';

let edge: SipEdge;
let codec: Baresip;

async function open(options: Partial<BaresipOptions>): Promise<void> {
  codec = await startBaresip({ user: 'codec1', colour: 'red', seconds: 30, ...options });
}

beforeEach(async () => {
  edge = await openEdge();
});

afterEach(async () => {
  await Promise.all([codec.close(), edge.close()]);
});

describe.each(['udp', 'tcp'] as const)('baresip over %s', (transport) => {
  it('calls us, holds, resumes, hangs up', { timeout: 40_000 }, async () => {
    await open({ transport, audioCodecs: ['PCMA/8000/1'] });
    const call = nextCall(edge);
    await codec.dial(`sip:phong-hop.1@${address}:${edge.port};transport=${transport}`);
    const dialog = await call;
    expect(dialog.target).toBe('phong-hop.1');
    expect(dialog.remote).toMatchObject({
      source: { ip: address, transport },
      userAgent: expect.stringContaining('baresip'),
    });
    expect(dialog.remote.contact).toContain('sip:codec1');
    dialog.ring();
    await codec.waitFor('CALL_RINGING');
    const story = answerCall(dialog);
    await codec.waitFor('CALL_ESTABLISHED');
    await codec.hold(true);
    await until(() => story.length === 2);
    await codec.waitFor('CALL_REMOTE_SDP');
    await codec.waitFor('CALL_REMOTE_SDP');
    await codec.hold(false);
    await until(() => story.length === 3);
    await codec.hangUp();
    await codec.waitFor('CALL_CLOSED');
    await until(() => edge.dialogs.length === 0);
    expect(story).toEqual(['answered', 'reoffered', 'reoffered', 'ended remote']);
  });

  it('is called by us, and hung up on', { timeout: 40_000 }, async () => {
    await open({ transport });
    const given = offer();
    const dialog = edge.place(codec.uri, { callerName: 'Phòng họp "1"', fromUser: 'room1', offer: async () => given });
    const sdp = await new Promise<string>((resolve) => dialog.on('answered', (remote) => resolve(remote.sdp)));
    expect(readAnswer(given, sdp)).toMatchObject({ audio: { codec: 'opus' }, video: { packetizationMode: 1 } });
    expect(dialog.remote.userAgent).toContain('baresip');
    const established = await codec.waitFor('CALL_ESTABLISHED');
    expect(established).toMatchObject({ direction: 'incoming', peeruri: `sip:room1@${address}:${edge.port}` });
    expect(await dialog.reoffer(given)).toMatchObject({ ok: true });
    const ended = new Promise<End>((resolve) => dialog.on('ended', resolve));
    await dialog.hangUp();
    expect(await ended).toEqual({ by: 'local' });
    await codec.waitFor('CALL_CLOSED');
  });

  it('rings, and we give up; rings again, and it declines', { timeout: 40_000 }, async () => {
    await open({ transport, answer: 'manual' });
    const place = () => edge.place(codec.uri, { callerName: 'R', fromUser: 'room1', offer });
    const first = place();
    await new Promise<void>((resolve) => first.on('ringing', () => resolve()));
    await first.hangUp();
    await codec.waitFor('CALL_CLOSED');
    const second = place();
    const failed = new Promise<Failure>((resolve) => second.on('failed', resolve));
    await new Promise<void>((resolve) => second.on('ringing', () => resolve()));
    await codec.hangUp();
    expect((await failed).status).toBeGreaterThanOrEqual(480);
    expect(edge.dialogs).toEqual([]);
  });
});

it('is told at once that we close', { timeout: 40_000 }, async () => {
  await open({});
  edge.onIncoming((dialog) => void answerCall(dialog));
  await codec.dial(`sip:room1@${address}:${edge.port}`);
  await codec.waitFor('CALL_ESTABLISHED');
  await edge.close();
  await codec.waitFor('CALL_CLOSED', 2_000);
});

async function until(isSo: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(isSo()).toBe(true), { timeout: 5_000 });
}
