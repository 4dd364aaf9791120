import { describe, expect, it } from 'vitest';
import {
  codecsIn,
  conversationsOf,
  messagesOf,
  placeOf,
  siteOf,
  unreadOf,
} from '../../../client/chat/conversations.ts';
import type { ChatMessage } from '../../../server/protocol/records.ts';
import { participant, room } from '../console/rooms.ts';

const operator = participant('op', { role: 'operator', name: 'Trung tâm', joinedAt: 5 });
const baBe = participant('ba-be', { name: 'Ba Bể' });
const naRi = participant('na-ri', { name: 'Na Rì' });
const codec = participant('pac-nam', { name: 'Pác Nặm', kind: 'sip' });

function message(at: number, from: string, to: string, given: Partial<ChatMessage> = {}): ChatMessage {
  const side = from === 'op' ? 'centre' : 'site';
  return { id: `m${at}`, from, name: from, side, to, text: `${at}`, at, ...given };
}
const messages = [
  message(1, 'ba-be', 'centre'),
  message(10, 'op', 'ba-be'),
  message(11, 'na-ri', 'centre'),
  message(12, 'op', 'everyone'),
  message(13, 'guest', 'centre', { name: 'Khách' }),
  message(14, 'ba-be', 'centre'),
];
const talked = room([operator, baBe, naRi, codec], { chat: { open: false, messages } });

describe('the conversations of the centre', () => {
  it('are everyone’s, its own, and those that were begun, the latest first', () => {
    const listed = conversationsOf(talked, operator, {});
    expect(listed.map(({ id, name, reach }) => [id, name, reach])).toEqual([
      ['everyone', null, 'open'],
      ['centre', null, 'open'],
      ['ba-be', 'Ba Bể', 'open'],
      ['guest', 'Khách', 'gone'],
      ['na-ri', 'Na Rì', 'open'],
    ]);
    expect(listed[2]?.last?.at).toBe(14);
  });
  it('are found by name without marks, also those not begun; a codec cannot be written to', () => {
    const found = (search: string) => conversationsOf(talked, operator, {}, search).map(({ id, reach }) => [id, reach]);
    expect(found('na ri')).toEqual([['na-ri', 'open']]);
    expect(found('PAC')).toEqual([['pac-nam', 'codec']]);
    expect([siteOf(talked, 'na-ri').reach, siteOf(talked, 'guest')]).toEqual([
      'open',
      { name: 'Khách', reach: 'gone' },
    ]);
    expect(codecsIn(talked)).toBe(1);
  });
  it('count what others wrote since one came and since one read', () => {
    const unread = (read: Record<string, number>) =>
      Object.fromEntries(conversationsOf(talked, operator, read).map(({ id, unread: n }) => [id, n]));
    expect(unread({})).toMatchObject({ 'ba-be': 1, 'na-ri': 1, everyone: 0 });
    expect(unread({ 'ba-be': 14 })).toMatchObject({ 'ba-be': 0, 'na-ri': 1 });
  });
});

it('a site reads what it sees as one conversation, from its coming and from before', () => {
  expect(placeOf(message(1, 'ba-be', 'centre'), false)).toBe(placeOf(message(2, 'op', 'everyone'), false));
  expect(messagesOf(talked, 'all')).toHaveLength(6);
  expect([unreadOf(messages, 'na-ri', undefined), unreadOf(messages, 'na-ri', 12)]).toEqual([5, 2]);
});
