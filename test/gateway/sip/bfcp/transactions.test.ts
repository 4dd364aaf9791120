import { describe, expect, it } from 'vitest';
import { type Content, helloAck, type Message } from '../../../../gateway/sip/bfcp/messages.ts';
import { type TransactionOptions, Transactions, timing } from '../../../../gateway/sip/bfcp/transactions.ts';

const hello: Content = { primitive: 'Hello', attributes: [] };
const floorStatus: Content = { primitive: 'FloorStatus', attributes: [] };
const status = (id: number): Content => ({
  primitive: 'FloorRequestStatus',
  attributes: [{ name: 'floorRequestInformation', id, attributes: [] }],
});

const make = (rest: Partial<TransactionOptions> = {}) =>
  new Transactions({ transport: 'udp', conferenceId: 1, userId: 3, firstId: 1, ...rest });
const answerTo = (
  message: Message | undefined,
  primitive: Message['primitive'],
  rest: Partial<Message> = {},
): Message => ({
  version: 2,
  responder: true,
  primitive,
  conferenceId: 1,
  transactionId: message?.transactionId ?? 0,
  userId: 3,
  attributes: [],
  ...rest,
});
const request = (transactionId: number, rest: Partial<Message> = {}): Message =>
  answerTo(undefined, 'Hello', { responder: false, transactionId, ...rest });
const names = (messages: Message[]) => messages.map(({ primitive, transactionId }) => `${primitive} ${transactionId}`);

describe('transactions over UDP', () => {
  it('are repeated three times at doubling intervals, then given up', () => {
    const transactions = make();
    transactions.begin(hello, 0);
    const sent = [{ at: 0, said: names(transactions.take()) }];
    let lost = false;
    for (let at = transactions.nextAt; at !== undefined; at = transactions.nextAt) {
      lost = transactions.tick(at);
      sent.push({ at, said: names(transactions.take()) });
    }
    expect(sent.map(({ at }) => at)).toEqual([0, 500, 1_500, 3_500, 7_500]);
    expect(sent.flatMap(({ said }) => said)).toEqual(Array(4).fill('Hello 1'));
    expect(lost).toBe(true);
  });

  it('end with their answer; the next begins only then', () => {
    const transactions = make();
    transactions.begin(status(1), 0);
    transactions.begin(floorStatus, 0);
    const [first] = transactions.take();
    expect(transactions.receive(answerTo(first, 'FloorStatusAck'), 10)).toEqual({ kind: 'old' });
    expect(transactions.take()).toEqual([]);
    expect(transactions.receive(answerTo(first, 'FloorRequestStatusAck'), 20)).toEqual({
      kind: 'answer',
      asked: status(1),
    });
    const [second] = transactions.take();
    expect(second).toMatchObject({ primitive: 'FloorStatus', transactionId: 2, version: 2, responder: false });
    expect(transactions.receive(answerTo(second, 'Error'), 30)).toEqual({ kind: 'answer', asked: floorStatus });
    expect(transactions.nextAt).toBeUndefined();
  });

  it('never have the number 0', () => {
    const transactions = make({ firstId: 0xffff });
    transactions.begin(hello, 0);
    const [first] = transactions.take();
    transactions.receive(answerTo(first, 'HelloAck'), 1);
    transactions.begin(hello, 2);
    expect(names([...(first ? [first] : []), ...transactions.take()])).toEqual(['Hello 65535', 'Hello 1']);
  });

  it('say the newest about a matter, and nothing that is outdated', () => {
    const transactions = make();
    transactions.begin(status(1), 0);
    const [first] = transactions.take();
    for (const content of [floorStatus, status(2), floorStatus, status(1)]) transactions.begin(content, 1);
    const said: string[] = [];
    let last = first;
    for (let at = 10; last; at += 1) {
      const { primitive } = last;
      transactions.receive(
        answerTo(last, primitive === 'FloorStatus' ? 'FloorStatusAck' : 'FloorRequestStatusAck'),
        at,
      );
      [last] = transactions.take();
      if (last) said.push(last.primitive);
    }
    expect(said).toEqual(['FloorRequestStatus', 'FloorStatus', 'FloorRequestStatus']);
    transactions.begin(status(5), 100);
    transactions.tick(600); // repeated once: what is newer need not wait any longer
    transactions.begin(status(5), 700);
    expect(names(transactions.take()).map((name) => name.split(' ')[1])).toEqual(['5', '5', '6']);
  });

  it('keep what nobody heard until somebody is heard again', () => {
    const transactions = make();
    transactions.begin(status(1), 0);
    for (const at of [500, 1_500, 3_500]) expect(transactions.tick(at)).toBe(false);
    expect(transactions.tick(7_500)).toBe(true);
    transactions.take();
    expect(transactions.nextAt).toBeUndefined();
    expect(transactions.receive(request(9), 60_000)).toEqual({ kind: 'request', mustAnswer: true });
    expect(names(transactions.take())).toEqual(['FloorRequestStatus 2']);
  });

  it('take for lost only who says nothing at all', () => {
    const transactions = make();
    transactions.begin(status(1), 0);
    transactions.begin(floorStatus, 0);
    for (const at of [500, 1_500, 3_500]) transactions.tick(at);
    transactions.receive(request(9), 4_000);
    transactions.take();
    expect(transactions.tick(7_500)).toBe(false);
    expect(names(transactions.take())).toEqual(['FloorStatus 2']);
  });

  it('answer a repeated request with the same answer, for ten seconds', () => {
    const transactions = make();
    expect(transactions.receive(request(9), 0)).toEqual({ kind: 'request', mustAnswer: true });
    transactions.answer(request(9), helloAck, 0);
    const [answer] = transactions.take();
    expect(answer).toMatchObject({ primitive: 'HelloAck', transactionId: 9, responder: true });
    expect(transactions.receive(request(9), 500)).toEqual({ kind: 'old' });
    expect(transactions.take()).toEqual([answer]);
    expect(transactions.receive(request(9), timing.t2)).toEqual({ kind: 'request', mustAnswer: true });
  });

  it('speak the version that the other side speaks, and need no R bit of old devices', () => {
    const transactions = make();
    transactions.receive(request(9, { version: 1 }), 0);
    transactions.begin(floorStatus, 0);
    const [said] = transactions.take();
    expect(said?.version).toBe(1);
    const ack = answerTo(said, 'FloorStatusAck', { version: 1, responder: false });
    expect(transactions.receive(ack, 1)).toEqual({ kind: 'answer', asked: floorStatus });
  });

  it('answer with the numbers they were asked with', () => {
    const transactions = make();
    transactions.answer(request(9, { conferenceId: 77, userId: 88 }), helloAck, 0);
    expect(transactions.take()).toMatchObject([{ conferenceId: 77, userId: 88, transactionId: 9 }]);
  });
});

describe('transactions over TCP', () => {
  it('end at once where a server notifies, with the number 0', () => {
    const transactions = make({ transport: 'tcp' });
    transactions.begin(floorStatus, 0);
    transactions.begin(status(1), 0);
    expect(names(transactions.take())).toEqual(['FloorStatus 0', 'FloorRequestStatus 0']);
    expect(transactions.nextAt).toBeUndefined();
    expect(transactions.receive(request(0, { version: 1, primitive: 'FloorStatus' }), 1)).toEqual({
      kind: 'request',
      mustAnswer: false,
    });
  });

  it('are not repeated', () => {
    const transactions = make({ transport: 'tcp' });
    transactions.begin(hello, 0);
    transactions.take();
    expect(transactions.nextAt).toBe(timing.answer);
    expect(transactions.tick(timing.answer)).toBe(true);
    expect(transactions.take()).toEqual([]);
  });
});
