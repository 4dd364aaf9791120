/**
 * The floor control server (RFC 8855 13) for one conference, one floor and the one endpoint of a leg. It decides nothing: it asks
 * the room by an event, and the room answers with `grant` or `revoke`. Pure.
 */
import { describeRequest, type FloorIds, type FloorOutput, type FloorRequest, type Presenter } from './floor.ts';
import {
  type Attribute,
  allOf,
  attributeOf,
  type Content,
  type ErrorCode,
  errorMessage,
  helloAck,
  type Message,
  type Primitive,
} from './messages.ts';

type Answer = (message: Message) => FloorOutput[];

const maxId = 0xffff;

export class FloorServer {
  readonly #ids: FloorIds;
  readonly #answers: Partial<Record<Primitive, Answer>>;
  /** The endpoint's, while it is pending or granted. */
  #request: FloorRequest | undefined;
  /** Somebody else's of the same room, always granted. */
  #other: FloorRequest | undefined;
  /** Whether it asked to be told of the floor (13.5). */
  #watching = false;
  #lastRequestId = 0;

  constructor(ids: FloorIds) {
    this.#ids = ids;
    this.#answers = {
      Hello: (message) => [this.#answer(message, helloAck)],
      FloorRequest: (message) => this.#floorRequest(message),
      FloorRelease: (message) => this.#floorRelease(message),
      FloorRequestQuery: (message) => this.#floorRequestQuery(message),
      FloorQuery: (message) => this.#floorQuery(message),
      UserQuery: (message) => this.#userQuery(message),
      Goodbye: (message) => [this.#answer(message, { primitive: 'GoodbyeAck', attributes: [] }), ...this.leave()],
    };
  }

  /** What the endpoint asks. Answers and acknowledgements do not come here. */
  receive(message: Message): FloorOutput[] {
    if (message.conferenceId !== this.#ids.conferenceId) return [this.#refuse(message, 'conferenceDoesNotExist')];
    if (message.userId !== this.#ids.userId) return [this.#refuse(message, 'userDoesNotExist')];
    return this.#answers[message.primitive]?.(message) ?? [this.#refuse(message, 'unauthorizedOperation')];
  }

  /** The room lets the endpoint present. Nothing happens if it no longer wants to. */
  grant(): FloorOutput[] {
    if (this.#request?.status !== 'pending') return [];
    this.#request = { ...this.#request, status: 'granted' };
    this.#other = undefined;
    return [this.#tellStatus(this.#request), ...this.#tellFloor()];
  }

  /** The room does not let the endpoint present, or no longer. */
  revoke(): FloorOutput[] {
    const request = this.#request;
    if (!request) return [];
    this.#request = undefined;
    const status = request.status === 'granted' ? 'revoked' : 'denied';
    return [this.#tellStatus({ ...request, status }), ...this.#tellFloor()];
  }

  /** Somebody else presents in the room, or nobody any more. The floor is one person's: it is taken from the endpoint. */
  present(presenter: Presenter | undefined): FloorOutput[] {
    if (!presenter) {
      if (!this.#other) return [];
      this.#other = undefined;
      return this.#tellFloor();
    }
    const taken = this.#request?.status === 'granted' ? this.#request : undefined;
    if (taken) this.#request = undefined;
    this.#other = { ...presenter, floorRequestId: this.#nextRequestId(), status: 'granted', userId: this.#otherUserId };
    return [...(taken ? [this.#tellStatus({ ...taken, status: 'revoked' })] : []), ...this.#tellFloor()];
  }

  /** The endpoint has gone, with a word or without. */
  leave(): FloorOutput[] {
    const hadRequest = this.#request !== undefined;
    this.#request = undefined;
    this.#watching = false;
    return hadRequest ? [{ kind: 'event', event: { kind: 'released' } }] : [];
  }

  /** 13.1. A device that asks anew, because it changed what it shows or missed our answer, gets the request that it has. */
  #floorRequest(message: Message): FloorOutput[] {
    const floors = allOf(message.attributes, 'floorId');
    const beneficiary = attributeOf(message.attributes, 'beneficiaryId')?.id;
    if (floors.length === 0) return [this.#refuse(message, 'unableToParse')];
    if (floors.some(({ id }) => id !== this.#ids.floorId)) return [this.#refuse(message, 'invalidFloorId')];
    if (beneficiary !== undefined && beneficiary !== this.#ids.userId) {
      return [this.#refuse(message, 'unauthorizedOperation')];
    }
    const known = this.#request;
    if (known) return [this.#answer(message, this.#statusOf(known))];
    const { userId } = this.#ids;
    const request: FloorRequest = { floorRequestId: this.#nextRequestId(), status: 'pending', userId };
    this.#request = request;
    return [
      this.#answer(message, this.#statusOf(request)),
      ...this.#tellFloor(),
      { kind: 'event', event: { kind: 'requested' } },
    ];
  }

  /** 13.4. */
  #floorRelease(message: Message): FloorOutput[] {
    const request = this.#requestNamedBy(message);
    if (!request) return [this.#refuse(message, 'floorRequestIdDoesNotExist')];
    this.#request = undefined;
    const status = request.status === 'granted' ? 'released' : 'cancelled';
    return [
      this.#answer(message, this.#statusOf({ ...request, status })),
      ...this.#tellFloor(),
      { kind: 'event', event: { kind: 'released' } },
    ];
  }

  /** 13.2. */
  #floorRequestQuery(message: Message): FloorOutput[] {
    const asked = attributeOf(message.attributes, 'floorRequestId')?.id;
    const request = this.#ongoing.find(({ floorRequestId }) => floorRequestId === asked);
    if (!request) return [this.#refuse(message, 'floorRequestIdDoesNotExist')];
    return [this.#answer(message, this.#statusOf(request))];
  }

  /** 13.5. A query without floors ends the notifications. */
  #floorQuery(message: Message): FloorOutput[] {
    const floors = allOf(message.attributes, 'floorId');
    if (floors.some(({ id }) => id !== this.#ids.floorId)) return [this.#refuse(message, 'invalidFloorId')];
    this.#watching = floors.length > 0;
    return [this.#answer(message, this.#watching ? this.#floorStatus : { primitive: 'FloorStatus', attributes: [] })];
  }

  /** 13.3. */
  #userQuery(message: Message): FloorOutput[] {
    const userId = attributeOf(message.attributes, 'beneficiaryId')?.id ?? this.#ids.userId;
    const own = this.#ongoing.filter((request) => request.userId === userId);
    if (userId !== this.#ids.userId && own.length === 0) return [this.#refuse(message, 'userDoesNotExist')];
    const who: Attribute = { name: 'beneficiaryInformation', id: userId, attributes: [] };
    const attributes = [who, ...own.map((request) => describeRequest(request, this.#ids.floorId))];
    return [this.#answer(message, { primitive: 'UserStatus', attributes })];
  }

  get #ongoing(): FloorRequest[] {
    return [this.#request, this.#other].filter((request) => request !== undefined);
  }

  get #floorStatus(): Content {
    const { floorId } = this.#ids;
    const floor: Attribute = { name: 'floorId', id: floorId };
    const requests = this.#ongoing.map((request) => describeRequest(request, floorId));
    return { primitive: 'FloorStatus', attributes: [floor, ...requests] };
  }

  #requestNamedBy({ attributes }: Message): FloorRequest | undefined {
    const id = attributeOf(attributes, 'floorRequestId')?.id;
    return this.#request?.floorRequestId === id ? this.#request : undefined;
  }

  /** Any user but the endpoint's own. */
  get #otherUserId(): number {
    return (this.#ids.userId % maxId) + 1;
  }

  #nextRequestId(): number {
    this.#lastRequestId = (this.#lastRequestId % maxId) + 1;
    return this.#lastRequestId;
  }

  #statusOf(request: FloorRequest): Content {
    return { primitive: 'FloorRequestStatus', attributes: [describeRequest(request, this.#ids.floorId)] };
  }

  #tellStatus(request: FloorRequest): FloorOutput {
    return { kind: 'say', content: this.#statusOf(request) };
  }

  #tellFloor(): FloorOutput[] {
    return this.#watching ? [{ kind: 'say', content: this.#floorStatus }] : [];
  }

  #answer(request: Message, content: Content): FloorOutput {
    return { kind: 'answer', request, content };
  }

  #refuse(request: Message, code: ErrorCode): FloorOutput {
    return this.#answer(request, errorMessage(code));
  }
}
