/** How encryption is agreed on with a real endpoint, whichever way it insists on. No media flows here. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  answerOffer,
  buildOffer,
  type LocalMedia,
  type Negotiated,
  nextOffer,
  type OutgoingDialog,
  type Quirks,
  quirksOf,
  readAnswer,
  type SecurityPolicy,
  type SipEdge,
} from '../../gateway/sip/index.ts';
import { type Baresip, type BaresipOptions, startBaresip } from './baresip.ts';
import { address, nextCall, openEdge } from './sip-peers.ts';

let edge: SipEdge;
let codec: Baresip | undefined;

beforeEach(async () => {
  edge = await openEdge();
});

afterEach(async () => {
  await Promise.all([codec?.close(), edge.close()]);
  codec = undefined;
});

const srtpKeys = {
  AEAD_AES_256_GCM: Buffer.alloc(44, 5).toString('base64'),
  AES_CM_128_HMAC_SHA1_80: Buffer.alloc(30, 6).toString('base64'),
};
const local = (policy: SecurityPolicy): LocalMedia => ({
  address,
  security: { policy, fingerprint: `sha-256 ${Array(32).fill('AB').join(':')}` },
  audio: { port: 47_000, srtpKeys },
  video: { port: 47_002, srtpKeys, codecs: ['H264', 'VP8'] },
});
const kinds = (media: Negotiated | undefined) => [media?.audio?.security.kind, media?.video?.security.kind];

it.each([
  [undefined, 'preferred', 'none'],
  ['srtp', 'preferred', 'sdes'],
  ['srtp', 'required', 'sdes'],
  ['srtp-mand', 'required', 'sdes'],
  ['dtls_srtp', 'preferred', 'dtls'],
] as const)(
  'baresip with %s calls us, encryption %s: %s, through hold too',
  { timeout: 40_000 },
  async (encryption, policy, kind) => {
    codec = await start(encryption);
    const call = nextCall(edge);
    await codec.dial(`sip:room@${address}:${edge.port};transport=udp`);
    const dialog = await call;
    let agreed: Negotiated | undefined;
    const story: unknown[] = [];
    const answer = (offer: string | undefined) => {
      const result = answerOffer(offer ?? '', local(policy), agreed);
      if (!result.ok) return undefined;
      agreed = result.media;
      story.push([...kinds(agreed), agreed.audio?.direction]);
      return result.sdp;
    };
    dialog.onReoffer(answer);
    dialog.answer(answer(dialog.offer) ?? '');
    await codec.waitFor('CALL_ESTABLISHED');
    await codec.hold(true);
    await expect.poll(() => story).toHaveLength(2);
    expect(story).toEqual([
      [kind, kind, 'sendrecv'],
      [kind, kind, 'recvonly'],
    ]);
  },
);

it.each([
  ['srtp', 'preferred', ['sdes']],
  ['srtp-mand', 'preferred', [488, 'sdes']],
  ['dtls_srtp', 'required', ['unfit', 'dtls']],
  [undefined, 'required', [488, 488, 488]],
  ['srtp-mand', 'off', [488]],
] as const)('we call baresip with %s, encryption %s: %j', { timeout: 40_000 }, async (encryption, policy, expected) => {
  const callee = await start(encryption);
  codec = callee;
  const story: unknown[] = [];
  for (let quirks: Quirks | undefined = quirksOf(); quirks; quirks = nextOffer(policy, quirks)) {
    const offer = buildOffer(local(policy), undefined, quirks);
    const dialog = edge.place(callee.uri, { callerName: 'Room', fromUser: 'room', offer: async () => offer });
    const answer = await outcome(dialog);
    const agreed = typeof answer === 'string' ? readAnswer(offer, answer, local(policy)) : undefined;
    story.push(typeof answer === 'number' ? answer : (agreed?.audio?.security.kind ?? 'unfit'));
    await dialog.hangUp();
    if (agreed) break;
  }
  expect(story).toEqual(expected);
});

function start(encryption: BaresipOptions['encryption']): Promise<Baresip> {
  return startBaresip({ user: 'codec1', colour: 'red', seconds: 30, ...(encryption ? { encryption } : {}) });
}

/** The answer, or the status that refused. */
function outcome(dialog: OutgoingDialog): Promise<string | number> {
  return new Promise((resolve) => {
    dialog.on('answered', ({ sdp }) => resolve(sdp));
    dialog.on('failed', ({ status }) => resolve(status));
  });
}
