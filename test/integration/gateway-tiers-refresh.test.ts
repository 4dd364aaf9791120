/** A call whose session is refreshed by UPDATE (RFC 4028, RFC 3311), again and again: nothing of it is seen or heard. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { buildOffer } from '../../gateway/sip/index.ts';
import { headerOf } from '../../gateway/sip/transport/wire.ts';
import { type Closer, continuity, openPeer } from './engine-leg-peers.ts';
import { longestGap } from './engine-peers.ts';
import { arrival } from './gateway-guests.ts';
import { GatewayProcess } from './gateway-process.ts';
import { pause, until } from './media-fixture.ts';
import { openCodec } from './sip-codec.ts';
import { address } from './sip-peers.ts';

let gateway: GatewayProcess;
const closers: Closer[] = [];
beforeAll(async () => {
  gateway = await GatewayProcess.start({ ROSTRUM_SIP_CALLERS: 'any' });
}, 60_000);
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(() => gateway.close());

test('a session that is refreshed keeps its media', async () => {
  const { roomId, desk } = await gateway.open();
  const codec = await openCodec(gateway.sipPort, { user: 'refresher', password: '' });
  closers.push(() => codec.close());
  const [sound, picture] = [await openPeer(closers), await openPeer(closers)];
  const body = buildOffer({ address, audio: { port: sound.port, codecs: ['PCMA'] }, video: { port: picture.port } });
  const timer = { extra: ['Supported: timer', 'Session-Expires: 90;refresher=uac'] };
  const invited = await codec.request({ method: 'INVITE', to: roomId, body, ...timer });
  expect(invited.status).toBe(200);
  const toTag = /tag=([^;\s]+)/.exec(headerOf(invited.headers, 'To') ?? '')?.[1] ?? '';
  const contact = headerOf(invited.headers, 'Contact') ?? '';
  const inDialog = { to: roomId, toTag, uri: /<([^>]+)>/.exec(contact)?.[1] ?? '' };
  codec.notify({ method: 'ACK', cseq: 1, ...inDialog });
  const { id } = await arrival(desk, () => true);
  await until('it sees', () => picture.rtp.length > 30, 30_000);
  const since = [sound, picture].map(({ rtp }) => rtp.length);

  for (let round = 0; round < 6; round += 1) {
    const described = round % 2 === 0 ? {} : { body };
    const answer = await codec.request({ method: 'UPDATE', ...inDialog, ...timer, ...described });
    expect(answer.status).toBe(200);
    await pause(300);
  }
  for (const [index, { rtp }] of [sound, picture].entries()) {
    await until('it goes on', () => rtp.length > (since[index] ?? 0) + 15, 10_000);
    expect(continuity(rtp)).toEqual({ jumps: 0, back: 0, ssrcs: 1 });
    expect(longestGap(rtp.slice(since[index]))).toBeLessThan(2_000);
  }
  expect(desk.state.participants[id]).toMatchObject({ presence: 'present' });
  codec.notify({ method: 'BYE', ...inDialog });
  await until('it is gone', () => desk.state.participants[id]?.presence !== 'present');
}, 60_000);
