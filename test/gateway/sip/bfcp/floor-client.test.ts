import { describe, expect, it } from 'vitest';
import { describeRequest, type FloorOutput } from '../../../../gateway/sip/bfcp/floor.ts';
import { FloorClient } from '../../../../gateway/sip/bfcp/floor-client.ts';
import {
  type Attribute,
  type Content,
  errorMessage,
  type Message,
  type RequestStatus,
} from '../../../../gateway/sip/bfcp/messages.ts';

const ids = { conferenceId: 1, userId: 3, floorId: 2 };
const floor: Attribute = { name: 'floorId', id: 2 };
const request: Content = { primitive: 'FloorRequest', attributes: [floor] };
const release: Content = { primitive: 'FloorRelease', attributes: [{ name: 'floorRequestId', id: 9 }] };
const from = ({ primitive, attributes }: Content): Message => ({
  version: 2,
  responder: false,
  primitive,
  conferenceId: 1,
  transactionId: 7,
  userId: 3,
  attributes,
});
const status = (state: RequestStatus, id = 9): Message =>
  from({
    primitive: 'FloorRequestStatus',
    attributes: [describeRequest({ floorRequestId: id, status: state, userId: 3 }, 2)],
  });
const floorStatus = (...users: number[]): Message =>
  from({
    primitive: 'FloorStatus',
    attributes: [
      floor,
      ...users.map((userId) => describeRequest({ floorRequestId: 40 + userId, status: 'granted', userId }, 2)),
    ],
  });
const error = from(errorMessage('genericError'));

const brief = (outputs: FloorOutput[]) =>
  outputs.map((output) => (output.kind === 'event' ? output.event.kind : `${output.kind} ${output.content.primitive}`));

function granted(): FloorClient {
  const client = new FloorClient(ids);
  client.start();
  client.request();
  client.receiveAnswer(status('pending'), request);
  client.receive(status('granted'), true);
  return client;
}

describe('asking an endpoint for the floor', () => {
  it('greets, watches, asks, is granted by a later word, and gives back', () => {
    const client = new FloorClient(ids);
    expect(brief(client.start())).toEqual(['say Hello', 'say FloorQuery']);
    expect(brief(client.request())).toEqual(['say FloorRequest']);
    expect(client.request()).toEqual([]);
    expect(client.receiveAnswer(status('pending'), request)).toEqual([]);
    expect(brief(client.receive(status('granted'), true))).toEqual(['answer FloorRequestStatusAck', 'granted']);
    expect(brief(client.receive(status('granted'), false))).toEqual([]);
    expect(brief(client.release())).toEqual(['say FloorRelease']);
    expect(client.receiveAnswer(status('released'), release)).toEqual([]);
    expect(brief(client.request())).toEqual(['say FloorRequest']);
  });

  it('may be granted in the answer itself', () => {
    const client = new FloorClient(ids);
    client.request();
    expect(brief(client.receiveAnswer(status('granted'), request))).toEqual(['granted']);
  });

  it('learns that it is denied, in either way, and asks no more by itself', () => {
    for (const no of [status('denied'), error]) {
      const client = new FloorClient(ids);
      client.request();
      expect(brief(client.receiveAnswer(no, request))).toEqual(['denied']);
      expect(brief(client.start())).toEqual(['say Hello', 'say FloorQuery']);
    }
  });

  it('learns that it is revoked, or that the server has gone', () => {
    expect(brief(granted().receive(status('revoked'), true))).toEqual(['answer FloorRequestStatusAck', 'revoked']);
    expect(brief(granted().receive(from({ primitive: 'Goodbye', attributes: [] }), true))).toEqual([
      'answer GoodbyeAck',
      'revoked',
    ]);
  });

  it('gives back at once what it no longer wants by the time it comes', () => {
    const client = new FloorClient(ids);
    client.request();
    expect(client.release()).toEqual([]);
    expect(brief(client.receiveAnswer(status('granted'), request))).toEqual(['say FloorRelease']);
    expect(client.request()).toEqual([]);
    expect(brief(client.receiveAnswer(status('released'), release))).toEqual(['say FloorRequest']);
  });

  it('asks anew on a new connection, and where a silent server has forgotten', () => {
    const client = granted();
    expect(brief(client.start())).toEqual(['say Hello', 'say FloorQuery', 'say FloorRequest']);
    const other = granted();
    expect(brief(other.refresh())).toEqual(['say FloorQuery', 'say FloorRequestQuery']);
    expect(brief(other.receiveAnswer(error, { primitive: 'FloorRequestQuery', attributes: [] }))).toEqual(['revoked']);
  });

  it('counts a release as done when the server knows nothing of it', () => {
    const client = granted();
    client.release();
    expect(client.receiveAnswer(error, release)).toEqual([]);
    expect(brief(client.request())).toEqual(['say FloorRequest']);
  });

  it('takes no notice of the requests of others', () => {
    const client = granted();
    expect(brief(client.receive(status('revoked', 8), true))).toEqual(['answer FloorRequestStatusAck']);
  });
});

describe('an endpoint that presents', () => {
  it('is seen in the status of its floor', () => {
    const client = granted();
    expect(brief(client.receive(floorStatus(3), true))).toEqual(['answer FloorStatusAck']);
    expect(brief(client.receive(floorStatus(5), true))).toEqual(['answer FloorStatusAck', 'requested']);
    expect(brief(client.receiveAnswer(floorStatus(5), { primitive: 'FloorQuery', attributes: [floor] }))).toEqual([]);
    expect(brief(client.receive(floorStatus(), false))).toEqual(['released']);
    const elsewhere: Attribute = { name: 'floorId', id: 77 };
    expect(client.receive(from({ primitive: 'FloorStatus', attributes: [elsewhere] }), false)).toEqual([]);
  });

  it('is told that we are no server', () => {
    const client = new FloorClient(ids);
    expect(brief(client.receive(from(request), true))).toEqual(['answer Error']);
    expect(brief(client.receive(from({ primitive: 'Hello', attributes: [] }), true))).toEqual(['answer HelloAck']);
  });
});
