import { expect, it } from 'vitest';
import { Draft } from '../../../../client/console/layouts/draft.ts';
import type { Layout } from '../../../../server/protocol/records.ts';

const layout = (participantId: string): Layout => ({ name: '1', slots: [{ show: 'participant', participantId }] });

function draftOf(answers: Promise<boolean>[]) {
  const sent: Layout[] = [];
  const inHand: (Layout | null)[] = [];
  const send = (given: Layout) => {
    sent.push(given);
    return answers[sent.length - 1] ?? Promise.resolve(true);
  };
  return { draft: new Draft(send, (given) => inHand.push(given)), sent, inHand };
}

it('sends one edit after another, and of several waiting only the last', async () => {
  const first = Promise.withResolvers<boolean>();
  const { draft, sent, inHand } = draftOf([first.promise]);
  for (const id of ['a', 'b', 'c']) draft.edit(layout(id));
  expect(sent).toEqual([layout('a')]);
  expect(inHand.at(-1)).toEqual(layout('c'));
  first.resolve(true);
  await draft.settled();
  expect(sent).toEqual([layout('a'), layout('c')]);
  expect(inHand.at(-1)).toBeNull();
});

it('goes back to what the room has when an edit is refused', async () => {
  const { draft, sent, inHand } = draftOf([Promise.resolve(false)]);
  draft.edit(layout('a'));
  draft.edit(layout('b'));
  await draft.settled();
  expect(sent).toEqual([layout('a')]);
  expect(inHand.at(-1)).toBeNull();
  draft.edit(layout('c'));
  await draft.settled();
  expect(sent.at(-1)).toEqual(layout('c'));
});

it('is settled at once where nothing is on its way', async () => {
  await expect(draftOf([]).draft.settled()).resolves.toBeUndefined();
});
