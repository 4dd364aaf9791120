import { describe, expect, it } from 'vitest';
import { parseTarget, quotable, routeTo } from '../../../gateway/sip/target.ts';

describe('a target', () => {
  it.each([
    ['sip:codec1@10.0.0.5', 'udp'],
    ['sip:codec1@codec.example.vn:5070;transport=tcp', 'tcp'],
    ['sip:10.0.0.5', 'udp'],
    ['SIP:codec1@[2001:db8::1]:5060;transport=UDP', 'udp'],
    ['sip:codec1@10.0.0.5;transport=tls', 'tls'],
    ['sips:codec1@codec.example.vn', 'tls'],
    ['sips:codec1@10.0.0.5:5071;transport=tcp', 'tls'],
  ])('%s goes over %s', (text, transport) => {
    expect(parseTarget(text)?.transport).toBe(transport);
  });

  it.each([
    '',
    'codec1',
    'sips:a@b;transport=udp',
    'tel:+842800',
    'sip:a@b;transport=sctp',
    'sip:a@b\r\nX: y',
    'sip:',
    `sip:${'a'.repeat(600)}@b`,
  ])('%j cannot be called', (text) => {
    expect(parseTarget(text)).toBeUndefined();
  });

  it('loses headers that somebody wrote into it', () => {
    expect(parseTarget('sip:a@10.0.0.5?Subject=x')?.uri.toString()).not.toContain('Subject');
  });
});

it('lets no display name out of its quotes', () => {
  expect(quotable('Phòng "A"\\')).toBe('Phòng \\"A\\"\\\\');
  expect(quotable('a\r\nContact: x')).toBe('a Contact: x');
});

it('asks a proxy for loose routing, once', () => {
  expect(routeTo('sip:10.0.0.9;transport=tcp')).toBe('<sip:10.0.0.9;transport=tcp;lr>');
  expect(routeTo('sip:10.0.0.9;lr')).toBe('<sip:10.0.0.9;lr>');
});
