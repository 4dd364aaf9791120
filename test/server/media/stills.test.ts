import { expect, test } from 'vitest';
import { Stills } from '../../../server/media/stills.ts';

function wall() {
  const told: string[] = [];
  const stills = new Stills((id, notice) => {
    if (notice.notice === 'stillsWanted') told.push(`${id} ${notice.wanted ? 'begins' : 'ends'}`);
    if (notice.notice === 'still') told.push(`${id} sees ${notice.participantId} ${notice.jpeg}`);
  });
  return { stills, told: () => told.splice(0) };
}

test('a codec makes stills while anybody wants them, whoever it is', () => {
  const { stills, told } = wall();
  stills.watch('op', ['a', 'b']);
  expect(told()).toEqual(['a begins', 'b begins']);
  stills.watch('op2', ['b']);
  stills.watch('op', ['b']);
  expect(told()).toEqual(['a ends']);
  stills.forget('op');
  expect(told()).toEqual([]);
  stills.forget('op2');
  expect(told()).toEqual(['b ends']);
});

test('stills go to those who want them, the last one also to who begins to look', () => {
  const { stills, told } = wall();
  stills.watch('op', ['a']);
  stills.take('a', 'one');
  stills.watch('op2', ['a', 'b']);
  expect(told()).toEqual(['a begins', 'op sees a one', 'op2 sees a one', 'b begins']);
  stills.watch('op2', ['a']);
  stills.take('a', 'two');
  expect(told()).toEqual(['b ends', 'op sees a two', 'op2 sees a two']);
});

test('what nobody asked for is refused, and what is old is not shown', () => {
  const { stills, told } = wall();
  expect(() => stills.take('a', 'one')).toThrow('notPermitted');
  stills.watch('op', ['a']);
  stills.take('a', 'one');
  stills.watch('op', []);
  stills.watch('op', ['a']);
  expect(told()).toEqual(['a begins', 'op sees a one', 'a ends', 'a begins']);
  stills.take('a', 'two');
  stills.forget('a');
  stills.watch('op2', ['a']);
  expect(told()).toEqual(['op sees a two']);
});

test('a leg that begins anew is told again', () => {
  const { stills, told } = wall();
  stills.watch('op', ['a']);
  stills.tell('a');
  expect(told()).toEqual(['a begins', 'a begins']);
});
