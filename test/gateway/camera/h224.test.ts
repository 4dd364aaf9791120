import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeFrame,
  decodeManagement,
  encodeFrame,
  encodeManagement,
  type Management,
} from '../../../gateway/camera/h224.ts';

const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex');
const managementOf = (bytes: Buffer) => decodeManagement(decodeFrame(bytes)?.content ?? Buffer.alloc(0));

describe('H.224 frames', () => {
  it('are address, UI, to all, from all, client, whole message, data', () => {
    const frame = encodeFrame({ client: 1, content: hex('01c000') });
    // 0000 00 0 0 | 0111 000 1: DLCI 7, nothing congested, end of address; 03: UI; c0: ES and BS, segment 0
    expect(frame).toEqual(hex('0071 03 0000 0000 01 c0 01c000'));
    expect(decodeFrame(frame)).toEqual({ client: 1, content: hex('01c000') });
  });

  it.each([
    ['low priority', '0061 03 0000 0000 01 c0 02c0'],
    ['congestion bits and a command bit', '027f 03 0000 0000 01 c0 02c0'],
    ['addresses', '0071 03 0001 0002 01 c0 02c0'],
    ['a reserved bit beside the client, and no segment bits', '0071 03 0000 0000 81 00 02c0'],
  ])('are read with %s', (_what, bytes) => {
    expect(decodeFrame(hex(bytes))).toEqual({ client: 1, content: hex('02c0') });
  });

  it.each([
    ['another data link', '0081 03 0000 0000 01 c0 02c0'],
    ['no UI', '0071 13 0000 0000 01 c0 02c0'],
    ['the beginning of a longer message', '0071 03 0000 0000 01 40 02c0'],
    ['a client of its maker', '0071 03 0000 0000 7f c0 b500000100c002c0'],
    ['no data', '0071 03 0000 0000 01 c0'],
    ['HDLC flags around it', '7e 0071 03 0000 0000 01 c0 02c0 1234 7e'],
  ])('are passed over with %s', (_what, bytes) => {
    expect(decodeFrame(hex(bytes))).toBeUndefined();
  });

  it('carry what they are given, and take anything without throwing', () => {
    fc.assert(
      fc.property(fc.nat(125), fc.uint8Array({ minLength: 1, maxLength: 254 }), (client, data) => {
        const content = Buffer.from(data);
        expect(decodeFrame(encodeFrame({ client, content }))).toEqual({ client, content });
      }),
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => void decodeFrame(Buffer.from(noise))));
  });
});

describe('the management of H.224 clients', () => {
  it.each<[string, Management, string]>([
    // 01 list, 00 message, one client: 1 with extra capabilities (80)
    ['who is here', { kind: 'clients', clients: [{ client: 1, hasMore: true }] }, '01 00 01 81'],
    ['who is there?', { kind: 'tellClients' }, '01 ff'],
    ['what can it do?', { kind: 'tellCapabilities', client: 1 }, '02 ff 81'],
    ['this it can do', { kind: 'capabilities', client: 1, capabilities: hex('0514f0') }, '02 00 81 0514f0'],
  ])('says %s', (_what, management, content) => {
    const bytes = encodeManagement(management);
    expect(bytes).toEqual(hex(`0071 03 0000 0000 00 c0 ${content}`));
    expect(managementOf(bytes)).toEqual(management);
  });

  it('finds the camera among clients of makers and of the future', () => {
    const list = '01 00 05 02 7e01 ff b5000001aa 81';
    expect(decodeManagement(hex(list))).toEqual({
      kind: 'clients',
      clients: [
        { client: 2, hasMore: false },
        { client: 1, hasMore: true },
      ],
    });
    expect(decodeManagement(hex('01 00 ff 81'))).toEqual({ kind: 'clients', clients: [{ client: 1, hasMore: true }] });
  });

  it('takes anything without throwing', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (noise) => void decodeManagement(Buffer.from(noise))));
  });
});
