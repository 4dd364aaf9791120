import { pino } from 'pino';
import { afterEach, expect, test, vi } from 'vitest';
import { Outbox, type Sent } from '../../../server/meetings/outbox.ts';
import type { Notice } from '../../../server/protocol/notices.ts';

/** What waits, as the store has it. */
function shelfOf(names: readonly string[]) {
  const notices = new Map<string, Notice>();
  names.forEach((name, n) => {
    notices.set(`n${n}`, {
      ...{ noticeId: `n${n}`, about: 'change', audience: 'program', channel: 'webhook', to: { name } },
      ...{ by: 'lan', createdAt: n, attempts: 0, status: 'queued', nextAt: n },
    });
  });
  const isDue = ({ status, nextAt = 0 }: Notice, now: number) => status === 'queued' && nextAt <= now;
  return {
    notices,
    due: async (now: number, most: number, but: readonly string[]) =>
      [...notices.values()].filter((one) => isDue(one, now) && !but.includes(one.to.name)).slice(0, most),
    change: async (notice: Notice) => void notices.set(notice.noticeId, notice),
  };
}

let outbox: Outbox | undefined;
afterEach(() => outbox?.close());

function opened(shelf: ReturnType<typeof shelfOf>, send: (notice: Notice) => Promise<Sent>): Outbox {
  const logger = pino({ level: 'silent' });
  const receiverOf = ({ to }: Notice) => to.name;
  outbox = new Outbox({
    notices: shelf,
    send,
    receiverOf,
    atOnce: 4,
    logger,
    now: () => 1_000,
    backOffMs: [0, 60_000],
  });
  outbox.start();
  return outbox;
}

test('a receiver that does not answer keeps nobody else waiting, however much waits for it', async () => {
  const shelf = shelfOf([...Array(12).fill('dead'), 'a', 'b', 'a', 'c', 'a']);
  const answer = Promise.withResolvers<Sent>();
  const sent: string[] = [];
  const box = opened(shelf, async ({ noticeId, to }) => {
    sent.push(`${to.name} ${noticeId}`);
    return to.name === 'dead' ? answer.promise : 'delivered';
  });
  await vi.waitFor(() => expect(sent).toHaveLength(6));
  // One at a time for each, in their order.
  expect(sent.filter((one) => one.startsWith('dead'))).toEqual(['dead n0']);
  expect(sent.filter((one) => one.startsWith('a'))).toEqual(['a n12', 'a n14', 'a n16']);
  answer.resolve('delivered');
  await vi.waitFor(() => expect(sent).toHaveLength(17));
  await box.close();
  expect(new Set([...shelf.notices.values()].map(({ status }) => status))).toEqual(new Set(['delivered']));
});

test('what fails is tried again after its time, then given up; what cannot be written is not tried in a row', async () => {
  const shelf = shelfOf(['dead']);
  const send = vi.fn(async (): Promise<Sent> => {
    throw new Error('no answer');
  });
  opened(shelf, send);
  await vi.waitFor(() =>
    expect(shelf.notices.get('n0')).toMatchObject({ attempts: 2, nextAt: 61_000, status: 'queued' }),
  );
  expect(send).toHaveBeenCalledTimes(2);

  const broken = shelfOf(['a']);
  const change = vi.fn(async () => Promise.reject(new Error('disk full')));
  await outbox?.close();
  opened({ ...broken, change }, send);
  await vi.waitFor(() => expect(change).toHaveBeenCalled());
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(change).toHaveBeenCalledTimes(1);
  expect(send).toHaveBeenCalledTimes(2);
});
