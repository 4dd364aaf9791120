import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Command } from '../../../server/protocol/commands.ts';
import type { ChatMessage, RoomState } from '../../../server/protocol/records.ts';
import { conversationOf } from '../../../server/room/chat.ts';
import { decide } from '../../../server/room/decide.ts';
import { evolve } from '../../../server/room/evolve.ts';
import { emptyRoom } from '../../../server/room/state.ts';
import { viewState } from '../../../server/room/view.ts';
import { CAST, steps, stories } from './arbitrary.ts';

/** A room of the cast, and what happens in it when each says his words. */
class Talk {
  state: RoomState = emptyRoom('room');
  now = 1_000;
  #ids = 0;

  constructor() {
    for (const one of CAST) this.#apply({ verb: 'admit', participant: { ...one, name: one.id } }, 'system');
  }

  /** The refusal's code, or nothing. */
  say(by: string, command: Command): string | undefined {
    return this.#apply(command, by);
  }

  admitGuest(id: string): void {
    this.#apply({ verb: 'admit', participant: { id, role: 'guest', kind: 'browser', name: id } }, 'system');
  }

  #apply(command: Parameters<typeof decide>[1], by: string): string | undefined {
    const who = this.state.participants[by];
    const actor = who ? { participantId: by, role: who.role, kind: who.kind } : 'system';
    this.#ids += 1;
    const { events, refusal } = decide(this.state, command, actor, { now: this.now, id: `m${this.#ids}` });
    for (const event of events) {
      this.state = evolve(this.state, { seq: this.state.seq + 1, at: this.now, by, event });
    }
    return refusal?.code;
  }

  read(viewer: string): string[] {
    return viewState(this.state, viewer).chat.messages.map(({ text }) => text);
  }
}

const toCentre = (text: string): Command => ({ verb: 'writeToCentre', text });
const toEveryone = (text: string): Command => ({ verb: 'writeToEveryone', text });
const to = (participantId: string, text: string): Command => ({ verb: 'writeTo', participantId, text });

test('a site and the centre write to each other, and no other site reads it', () => {
  const talk = new Talk();
  expect(talk.say('ba-be', toCentre('Mất tiếng'))).toBeUndefined();
  expect(talk.say('op', to('ba-be', 'Đang kiểm tra'))).toBeUndefined();
  expect(talk.say('chair', to('ba-be', 'Cảm ơn'))).toBeUndefined();
  const all = ['Mất tiếng', 'Đang kiểm tra', 'Cảm ơn'];
  for (const one of ['op', 'op2', 'chair', 'ba-be']) expect(talk.read(one)).toEqual(all);
  for (const one of ['na-ri', 'guest', 'pac-nam']) expect(talk.read(one)).toEqual([]);
  expect(talk.state.chat.messages.map(conversationOf)).toEqual(['ba-be', 'ba-be', 'ba-be']);
});

test('no site writes to a site, and to everyone only while the operator lets it', () => {
  const talk = new Talk();
  expect(talk.say('ba-be', to('na-ri', 'Chào'))).toBe('notPermitted');
  expect(talk.state.attempts).toMatchObject([{ by: 'ba-be', verb: 'writeTo', detail: 'na-ri' }]);
  expect(talk.say('ba-be', toEveryone('Chào'))).toBe('chatClosed');
  expect(talk.say('chair', { verb: 'openChat', open: true })).toBe('notPermitted');
  expect(talk.say('op', { verb: 'openChat', open: true })).toBeUndefined();
  expect(talk.say('ba-be', toEveryone('Chào các điểm cầu'))).toBeUndefined();
  expect(talk.read('na-ri')).toEqual(['Chào các điểm cầu']);
  talk.say('op', { verb: 'openChat', open: false });
  expect(talk.say('guest', toEveryone('Nữa'))).toBe('chatClosed');
});

test('the centre speaks among itself; it is written to as the centre, and a codec not at all', () => {
  const talk = new Talk();
  talk.say('chair', toCentre('Mời Na Rì tiếp theo'));
  expect([talk.read('op2'), talk.read('na-ri')]).toEqual([['Mời Na Rì tiếp theo'], []]);
  expect(talk.say('op', to('chair', 'Vâng'))).toBe('participantUnknown');
  expect(talk.say('op', to('composer', 'Vâng'))).toBe('participantUnknown');
  expect(talk.say('op', to('pac-nam', 'Vâng'))).toBe('chatUnsupported');
});

test('whoever is away reads it when he is back; whoever has left is not written to', () => {
  const talk = new Talk();
  talk.state = lose(talk.state, 'ba-be', 'away');
  expect(talk.say('op', to('ba-be', 'Gọi lại nhé'))).toBeUndefined();
  expect(talk.read('ba-be')).toEqual(['Gọi lại nhé']);
  talk.state = lose(talk.state, 'ba-be', 'left');
  expect(talk.say('op', to('ba-be', 'Alo'))).toBe('participantAway');
});

test('nobody writes more than twenty in a minute, nor the sites together more than two hundred', () => {
  const talk = new Talk();
  const codes = Array.from({ length: 21 }, (_, i) => talk.say('ba-be', toCentre(`${i}`)));
  expect(codes).toEqual([...Array(20).fill(undefined), 'tooManyMessages']);
  for (let guest = 0; guest < 9; guest += 1) {
    talk.admitGuest(`guest-${guest}`);
    for (let i = 0; i < 20; i += 1) expect(talk.say(`guest-${guest}`, toCentre('!'))).toBeUndefined();
  }
  expect(talk.say('na-ri', toCentre('Còn chỗ không?'))).toBe('tooManyMessages');
  expect(talk.say('op', to('na-ri', 'Nghe rõ'))).toBeUndefined();
  talk.now += 61_000;
  expect(talk.say('na-ri', toCentre('Rõ'))).toBeUndefined();
});

test('what is remembered is bounded, also of guests who come and go', () => {
  const talk = new Talk();
  for (let i = 0; i < 100; i += 1) {
    talk.now += 61_000;
    talk.admitGuest(`passer-${i}`);
    for (let n = 0; n < 20; n += 1) talk.say(`passer-${i}`, toCentre(`${n}`));
    talk.state = gone(talk.state, `passer-${i}`);
    for (let n = 0; n < 20; n += 1) talk.say('op', toEveryone(`${i}/${n}`));
  }
  const { messages } = talk.state.chat;
  const of = (isOne: (message: ChatMessage) => boolean) => messages.filter(isOne).length;
  expect(of(({ to: recipient }) => recipient === 'everyone')).toBe(200);
  expect(of(({ from }) => from.startsWith('passer'))).toBe(1_000);
  expect(messages.at(-1)?.text).toBe('99/19');
});

test('in every story messages are in order, their writers were in, and only the centre names a recipient', () => {
  fc.assert(
    fc.property(stories, (story) => {
      for (const { before, logged, after } of steps(story)) {
        if (logged.event.type !== 'messageWritten') continue;
        const { message } = logged.event;
        expect(after.chat.messages.at(-1)).toEqual(message);
        expect(['present', 'away']).toContain(before.participants[message.from]?.presence);
        if (message.side === 'centre') continue;
        expect(message.to === 'centre' || (message.to === 'everyone' && before.chat.open)).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});

function lose(state: RoomState, id: string, presence: 'away' | 'left'): RoomState {
  const participant = state.participants[id];
  if (!participant) throw new Error(id);
  return { ...state, participants: { ...state.participants, [id]: { ...participant, presence } } };
}

function gone(state: RoomState, id: string): RoomState {
  const { [id]: _gone, ...participants } = state.participants;
  return { ...state, participants };
}
