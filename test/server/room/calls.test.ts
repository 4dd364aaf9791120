import { expect, test } from 'vitest';
import { participantIdOfAddress } from '../../../server/protocol/ids.ts';
import type { RoomState } from '../../../server/protocol/records.ts';
import type { Refusal } from '../../../server/protocol/refusals.ts';
import { decide } from '../../../server/room/decide.ts';
import { effectsOf } from '../../../server/room/effects.ts';
import { evolve } from '../../../server/room/evolve.ts';
import { emptyRoom } from '../../../server/room/state.ts';

const OPERATOR = { participantId: 'op', role: 'operator', kind: 'browser' } as const;
const ADDRESS = 'sip:ba-be@10.0.0.5';
const CODEC = { id: participantIdOfAddress(ADDRESS), role: 'site', kind: 'sip', name: 'Ba Bể' } as const;

/** A room and its clock; every command makes one id. */
class Room {
  state: RoomState = emptyRoom('room');
  now = 1_000_000;
  #said = 0;
  readonly effects: string[] = [];

  say(command: Parameters<typeof decide>[1], actor: Parameters<typeof decide>[2] = 'system'): Refusal | undefined {
    this.#said += 1;
    const { events, refusal } = decide(this.state, command, actor, { now: this.now, id: `id${this.#said}` });
    for (const event of events) {
      const before = this.state;
      const logged = { seq: before.seq + 1, at: this.now, by: 'system', event };
      this.state = evolve(before, logged);
      this.effects.push(...effectsOf(before, this.state, logged).map(({ effect }) => effect));
    }
    return refusal;
  }

  calls() {
    return Object.values(this.state.calls);
  }
}

function roomWithCall(): Room {
  const room = new Room();
  room.say({ verb: 'open', roomId: 'room', title: 'Room' });
  room.say({ verb: 'dial', address: ADDRESS }, OPERATOR);
  const callId = room.calls()[0]?.id ?? '';
  room.say({ verb: 'admit', participant: { ...CODEC, callId } });
  room.say({ verb: 'openSource', participantId: CODEC.id, sent: { source: 'camera' } });
  return room;
}

test('a codec that is removed is not called again: its call ends with it', () => {
  const room = roomWithCall();
  room.say({ verb: 'removeParticipant', participantId: CODEC.id }, OPERATOR);
  expect(room.calls().map(({ status }) => status)).toEqual(['ended']);
});

test('another call in the place of one that stands takes over none of its media', () => {
  const room = roomWithCall();
  room.effects.length = 0;
  room.say({ verb: 'admit', participant: { ...CODEC, callId: room.calls()[0]?.id ?? '' } });
  expect(room.effects).toEqual([]);
  room.say({ verb: 'recordCall', callId: 'other', participantId: CODEC.id, address: ADDRESS, name: 'Ba Bể' });
  room.say({ verb: 'admit', participant: { ...CODEC, callId: 'other' } });
  expect(room.effects).toContain('closeMedia');
  expect(room.state.participants[CODEC.id]).toMatchObject({ sources: [], gate: 'closed', callId: 'other' });
});

const endOf = (room: Room) =>
  ({ verb: 'reportCall', callId: room.calls()[0]?.id ?? '', status: 'ended', cause: 'hungUp' }) as const;
const GATEWAY = { participantId: 'gateway', role: 'service', kind: 'gateway' } as const;

test('a codec that hangs up as it comes in is not awaited', () => {
  const hungUpFirst = roomWithCall();
  hungUpFirst.say(endOf(hungUpFirst), GATEWAY);
  hungUpFirst.say({ verb: 'lose', participantId: CODEC.id });
  const lostFirst = roomWithCall();
  lostFirst.say({ verb: 'lose', participantId: CODEC.id });
  expect(lostFirst.state.participants[CODEC.id]?.presence).toBe('away');
  lostFirst.say(endOf(lostFirst), GATEWAY);
  for (const { state } of [hungUpFirst, lostFirst]) expect(state.participants[CODEC.id]?.presence).toBe('left');
});

test('the end of an earlier call puts nobody out who waits in a later one', () => {
  const room = roomWithCall();
  room.say({ verb: 'recordCall', callId: 'other', participantId: CODEC.id, address: ADDRESS, name: 'Ba Bể' });
  room.say({ verb: 'admit', participant: { ...CODEC, callId: 'other' } });
  room.say({ verb: 'lose', participantId: CODEC.id });
  room.say(endOf(room), GATEWAY);
  expect(room.state.participants[CODEC.id]?.presence).toBe('away');
});

test('a room remembers the calls that stand and the last two hundred others', () => {
  const room = roomWithCall();
  for (let i = 0; i < 300; i++) {
    const callId = `in${i}`;
    room.say({ verb: 'recordCall', callId, participantId: `sip-${i}`, address: `sip:${i}@10.9.9.9`, name: `${i}` });
    room.say({ verb: 'hangUp', callId }, OPERATOR);
  }
  expect(room.calls()).toHaveLength(201);
  expect(room.calls()[0]).toMatchObject({ address: ADDRESS, status: 'requested' });
  expect(room.calls().at(-1)?.id).toBe('in299');
});

test('who is refused at the door is on record once in ten seconds, whatever the clock does; scanners not without end', () => {
  const room = roomWithCall();
  const refuse = (n: number) => room.say({ verb: 'recordRefusedCall', address: `sip:${n}@10.9.9.9`, target: 'room' });
  for (let i = 0; i < 5; i++) refuse(1);
  expect(room.state.attempts).toHaveLength(1);
  room.now -= 3_600_000;
  refuse(1);
  expect(room.state.attempts).toHaveLength(2);
  const { seq } = room.state;
  for (let i = 0; i < 500; i++) refuse(i);
  expect(room.state.seq - seq).toBe(19);
});

test('an address without a name of reasonable length can be dialled all the same', () => {
  const room = roomWithCall();
  expect(room.say({ verb: 'dial', address: `sip:${'a'.repeat(150)}@10.0.0.9` }, OPERATOR)).toBeUndefined();
  expect(room.calls().at(-1)?.name).toHaveLength(120);
});

test('long addresses that begin alike are two codecs', () => {
  const at = (host: string) => participantIdOfAddress(`sip:phong-hop-ubnd-huyen-ba-be@${host}.hoi-nghi.gov.vn`);
  expect(at('bac-kan')).not.toBe(at('bac-lieu'));
  expect(at('bac-kan')).toMatch(/^[\w-]{64}$/);
  expect(at('bac-kan')).toBe(at('Bac-Kan'));
});

test('asking for the floor and withdrawing in turns does not fill the room', () => {
  const room = roomWithCall();
  const site = { participantId: 'na-ri', role: 'site', kind: 'browser' } as const;
  room.say({ verb: 'admit', participant: { id: 'na-ri', role: 'site', kind: 'browser', name: 'Na Rì' } });
  const ask = () => [room.say({ verb: 'requestFloor' }, site), room.say({ verb: 'withdrawRequest' }, site)][0]?.code;
  expect(Array.from({ length: 12 }, ask)).toEqual([...Array(10).fill(undefined), 'tooManyMessages', 'tooManyMessages']);
  expect(room.say({ verb: 'enterRequest', participantId: 'na-ri' }, OPERATOR)).toBeUndefined();
  room.say({ verb: 'withdrawRequest' }, site);
  room.now += 60_000;
  expect(ask()).toBeUndefined();
});
