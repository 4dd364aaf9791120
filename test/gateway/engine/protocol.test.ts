import { describe, expect, test } from 'vitest';
import { mixContract } from '../../../gateway/engine/mix-protocol.ts';
import { pictureContract } from '../../../gateway/engine/picture-protocol.ts';
import { reply, rtpInput } from '../../../gateway/engine/protocol.ts';

const rtp = { ssrc: 1, payloadType: 96, codec: 'VP8', clockRate: 90000, remote: { ip: '127.0.0.1', port: 5000 } };
const tile = { inputId: 'a', label: 'A', x: 0, y: 0, w: 1, h: 1 };

describe('replies', () => {
  test('are a result or a failure with a code', () => {
    expect(reply.parse({ ok: 1, result: { rtpPort: 5000 } })).toEqual({ ok: 1, result: { rtpPort: 5000 } });
    expect(reply.parse({ failed: 2, code: 'unknownInput', message: 'x' })).toMatchObject({ failed: 2 });
    expect(reply.safeParse({ failed: 2 }).success).toBe(false);
  });
});

describe('RTP inputs', () => {
  test('bind to loopback unless told otherwise', () => {
    expect(rtpInput.parse(rtp).bind).toEqual({ ip: '127.0.0.1' });
  });

  test('need a valid SSRC, payload type and address', () => {
    for (const wrong of [
      { ssrc: 0 },
      { payloadType: 128 },
      { remote: { ip: 'localhost', port: 1 } },
      { codec: 'AV1' },
    ]) {
      expect(rtpInput.safeParse({ ...rtp, ...wrong }).success).toBe(false);
    }
  });
});

describe('scenes', () => {
  const { params } = pictureContract.commands.setScene;

  test('have defaults for everything that is not about a tile', () => {
    expect(params.parse({ tiles: [tile] })).toMatchObject({
      tiles: [{ fit: 'cover', z: 0, muted: false, speaking: false }],
      banner: '',
      background: { color: '#050404', holdText: '' },
    });
  });

  test('show an input once, a card any number of times', () => {
    const card = { ...tile, inputId: null };
    expect(params.safeParse({ tiles: [tile, tile] }).success).toBe(false);
    expect(params.safeParse({ tiles: [tile, card, card] }).success).toBe(true);
  });

  test('have no tile beyond the picture', () => {
    expect(params.safeParse({ tiles: [{ ...tile, x: 1.1 }] }).success).toBe(false);
  });
});

test('a mix takes Opus only', () => {
  const { params } = mixContract.commands.addInput;
  expect(params.safeParse({ inputId: 'a', rtp: { ...rtp, codec: 'VP8' } }).success).toBe(false);
});
