import { describe, expect, it } from 'vitest';
import type { FloorOutput } from '../../../../gateway/sip/bfcp/floor.ts';
import { FloorServer } from '../../../../gateway/sip/bfcp/floor-server.ts';
import {
  type Attribute,
  allOf,
  attributeOf,
  type Content,
  type Message,
} from '../../../../gateway/sip/bfcp/messages.ts';

const ids = { conferenceId: 1, userId: 3, floorId: 2 };
const ask = (primitive: Message['primitive'], attributes: Attribute[] = [], rest: Partial<Message> = {}): Message => ({
  version: 2,
  responder: false,
  primitive,
  conferenceId: 1,
  transactionId: 7,
  userId: 3,
  attributes,
  ...rest,
});
const floor: Attribute = { name: 'floorId', id: 2 };
const named = (id: number): Attribute => ({ name: 'floorRequestId', id });

/** "answer FloorRequestStatus 1 granted", "say FloorStatus [1 granted user 3]", "event requested". */
function brief(outputs: FloorOutput[]): string[] {
  return outputs.map((output) =>
    output.kind === 'event' ? `event ${output.event.kind}` : `${output.kind} ${told(output.content)}`,
  );
}
function told({ primitive, attributes }: Content): string {
  const requests = allOf(attributes, 'floorRequestInformation').map(({ id, attributes: inner }) => {
    const overall = attributeOf(inner, 'overallRequestStatus')?.attributes ?? [];
    const user = attributeOf(inner, 'beneficiaryInformation')?.id;
    return `[${id} ${attributeOf(overall, 'requestStatus')?.status} user ${user}]`;
  });
  const code = attributeOf(attributes, 'errorCode')?.code;
  return [primitive, ...requests, ...(code === undefined ? [] : [code])].join(' ');
}

describe('a floor that an endpoint asks for', () => {
  it('is pending at once, granted when the room says so, released when the endpoint does', () => {
    const server = new FloorServer(ids);
    expect(brief(server.receive(ask('Hello')))).toEqual(['answer HelloAck']);
    expect(brief(server.receive(ask('FloorRequest', [floor])))).toEqual([
      'answer FloorRequestStatus [1 pending user 3]',
      'event requested',
    ]);
    expect(brief(server.grant())).toEqual(['say FloorRequestStatus [1 granted user 3]']);
    expect(server.grant()).toEqual([]);
    expect(brief(server.receive(ask('FloorRequestQuery', [named(1)])))).toEqual([
      'answer FloorRequestStatus [1 granted user 3]',
    ]);
    expect(brief(server.receive(ask('FloorRelease', [named(1)])))).toEqual([
      'answer FloorRequestStatus [1 released user 3]',
      'event released',
    ]);
    expect(brief(server.receive(ask('FloorRequest', [floor])))[0]).toBe('answer FloorRequestStatus [2 pending user 3]');
  });

  it('can be denied, cancelled and revoked', () => {
    const server = new FloorServer(ids);
    server.receive(ask('FloorRequest', [floor]));
    expect(brief(server.revoke())).toEqual(['say FloorRequestStatus [1 denied user 3]']);
    expect(server.revoke()).toEqual([]);
    server.receive(ask('FloorRequest', [floor]));
    expect(brief(server.receive(ask('FloorRelease', [named(2)])))[0]).toBe(
      'answer FloorRequestStatus [2 cancelled user 3]',
    );
    server.receive(ask('FloorRequest', [floor]));
    server.grant();
    expect(brief(server.revoke())).toEqual(['say FloorRequestStatus [3 revoked user 3]']);
    expect(brief(server.receive(ask('FloorRelease', [named(3)])))).toEqual(['answer Error 7']);
  });

  it('is the same request however often it is asked for, and the room is asked once', () => {
    const server = new FloorServer(ids);
    server.receive(ask('FloorRequest', [floor]));
    expect(brief(server.receive(ask('FloorRequest', [floor])))).toEqual([
      'answer FloorRequestStatus [1 pending user 3]',
    ]);
    server.grant();
    expect(brief(server.receive(ask('FloorRequest', [floor])))).toEqual([
      'answer FloorRequestStatus [1 granted user 3]',
    ]);
  });

  it('is released when the endpoint leaves', () => {
    const server = new FloorServer(ids);
    server.receive(ask('FloorRequest', [floor]));
    expect(brief(server.receive(ask('Goodbye')))).toEqual(['answer GoodbyeAck', 'event released']);
    expect(brief(server.receive(ask('Goodbye')))).toEqual(['answer GoodbyeAck']);
  });
});

describe('what endpoints are told of the floor', () => {
  it('is every change, to those who asked', () => {
    const server = new FloorServer(ids);
    expect(server.present({ name: 'Hà Nội' })).toEqual([]);
    server.present(undefined);
    expect(brief(server.receive(ask('FloorQuery', [floor])))).toEqual(['answer FloorStatus']);
    expect(brief(server.present({ name: 'Hà Nội' }))).toEqual(['say FloorStatus [2 granted user 4]']);
    expect(brief(server.present(undefined))).toEqual(['say FloorStatus']);
    expect(server.present(undefined)).toEqual([]);
    expect(brief(server.receive(ask('FloorRequest', [floor])))).toEqual([
      'answer FloorRequestStatus [3 pending user 3]',
      'say FloorStatus [3 pending user 3]',
      'event requested',
    ]);
    expect(brief(server.receive(ask('FloorQuery')))).toEqual(['answer FloorStatus']);
    expect(brief(server.grant())).toEqual(['say FloorRequestStatus [3 granted user 3]']);
  });

  it('is one presenter: the floor is taken from who had it', () => {
    const server = new FloorServer(ids);
    server.receive(ask('FloorQuery', [floor]));
    server.receive(ask('FloorRequest', [floor]));
    server.grant();
    expect(brief(server.present({ name: 'Huế' }))).toEqual([
      'say FloorRequestStatus [1 revoked user 3]',
      'say FloorStatus [2 granted user 4]',
    ]);
    server.receive(ask('FloorRequest', [floor]));
    expect(brief(server.grant())).toEqual([
      'say FloorRequestStatus [3 granted user 3]',
      'say FloorStatus [3 granted user 3]',
    ]);
  });

  it('is whose requests there are, when asked', () => {
    const server = new FloorServer(ids);
    server.present({});
    server.receive(ask('FloorRequest', [floor]));
    expect(brief(server.receive(ask('UserQuery')))).toEqual(['answer UserStatus [2 pending user 3]']);
    expect(brief(server.receive(ask('UserQuery', [{ name: 'beneficiaryId', id: 4 }])))).toEqual([
      'answer UserStatus [1 granted user 4]',
    ]);
    expect(brief(server.receive(ask('UserQuery', [{ name: 'beneficiaryId', id: 9 }])))).toEqual(['answer Error 2']);
  });
});

describe('what is refused', () => {
  it.each<[string, Message, number]>([
    ['another conference', ask('Hello', [], { conferenceId: 2 }), 1],
    ['another user', ask('Hello', [], { userId: 4 }), 2],
    ['another floor', ask('FloorRequest', [{ name: 'floorId', id: 9 }]), 6],
    ['the status of another floor', ask('FloorQuery', [{ name: 'floorId', id: 9 }]), 6],
    ['a request for no floor', ask('FloorRequest'), 10],
    ['a request for somebody else', ask('FloorRequest', [floor, { name: 'beneficiaryId', id: 4 }]), 5],
    ['a release of nothing', ask('FloorRelease', [named(1)]), 7],
    ['a query of nothing', ask('FloorRequestQuery'), 7],
    ['what only servers say', ask('FloorStatus'), 5],
  ])('%s', (_what, message, code) => {
    expect(brief(new FloorServer(ids).receive(message))).toEqual([`answer Error ${code}`]);
  });
});
