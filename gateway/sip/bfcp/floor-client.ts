/**
 * The floor participant (RFC 8855 10), for endpoints that want to be the server (`a=floorctrl:s-only`): asks for the floor when
 * somebody of the room presents, and learns from the floor's status when the endpoint itself does. Pure.
 */
import type { FloorIds, FloorOutput } from './floor.ts';
import {
  type Attribute,
  allOf,
  attributeOf,
  type Content,
  errorMessage,
  helloAck,
  type Message,
  type Primitive,
  type RequestStatus,
} from './messages.ts';

type Standing =
  | { kind: 'none' }
  /** Sent; its number is not known yet. */
  | { kind: 'asking' }
  | { kind: 'waiting' | 'granted' | 'releasing'; floorRequestId: number };

const acknowledgements: Partial<Record<Primitive, Primitive>> = {
  FloorRequestStatus: 'FloorRequestStatusAck',
  FloorStatus: 'FloorStatusAck',
  Goodbye: 'GoodbyeAck',
};

const hello: Content = { primitive: 'Hello', attributes: [] };

export class FloorClient {
  readonly #ids: FloorIds;
  #standing: Standing = { kind: 'none' };
  #wanted = false;
  #endpointPresents = false;

  constructor(ids: FloorIds) {
    this.#ids = ids;
  }

  /** The first words of an association, also of one that begins anew; what was wanted before is asked for again. */
  start(): FloorOutput[] {
    this.#standing = { kind: 'none' };
    return [this.#say(hello), this.#say({ primitive: 'FloorQuery', attributes: [this.#floor] }), ...this.#pursue()];
  }

  /** After a silence, in which the server may have decided or forgotten anything. */
  refresh(): FloorOutput[] {
    const standing = this.#standing;
    const query = this.#say({ primitive: 'FloorQuery', attributes: [this.#floor] });
    if (!('floorRequestId' in standing)) return [query];
    const id: Attribute = { name: 'floorRequestId', id: standing.floorRequestId };
    return [query, this.#say({ primitive: 'FloorRequestQuery', attributes: [id] })];
  }

  /** Shows that we live, and finds out whether the other side does. */
  keepAlive(): FloorOutput[] {
    return [this.#say(hello)];
  }

  request(): FloorOutput[] {
    this.#wanted = true;
    return this.#pursue();
  }

  release(): FloorOutput[] {
    this.#wanted = false;
    return this.#pursue();
  }

  /** The server says something by itself. */
  receive(message: Message, mustAnswer: boolean): FloorOutput[] {
    const acknowledgement = acknowledgements[message.primitive];
    if (!acknowledgement) {
      const content = message.primitive === 'Hello' ? helloAck : errorMessage('unauthorizedOperation');
      return [{ kind: 'answer', request: message, content }];
    }
    const answer: FloorOutput = {
      kind: 'answer',
      request: message,
      content: { primitive: acknowledgement, attributes: [] },
    };
    return [...(mustAnswer ? [answer] : []), ...this.#learn(message)];
  }

  /** The server answers what we said. */
  receiveAnswer(message: Message, asked: Content): FloorOutput[] {
    if (message.primitive === 'Error') return this.#receiveError(asked);
    if (asked.primitive === 'FloorRequest' && this.#standing.kind === 'asking') {
      const floorRequestId = attributeOf(message.attributes, 'floorRequestInformation')?.id;
      if (floorRequestId !== undefined) this.#standing = { kind: 'waiting', floorRequestId };
    }
    return this.#learn(message);
  }

  /** The server has gone, with a word or without. */
  leave(): FloorOutput[] {
    return [...this.#loseRequest(), ...this.#setEndpointPresents(false)];
  }

  #learn({ primitive, attributes }: Message): FloorOutput[] {
    if (primitive === 'Goodbye') return this.leave();
    if (primitive === 'FloorStatus') return this.#learnFloor(attributes);
    if (primitive !== 'FloorRequestStatus') return [];
    const information = attributeOf(attributes, 'floorRequestInformation');
    const status = information && statusIn(information.attributes);
    const standing = this.#standing;
    const isOurs = 'floorRequestId' in standing && standing.floorRequestId === information?.id;
    return isOurs && status ? this.#learnStatus(status, standing) : [];
  }

  #learnStatus(status: RequestStatus, standing: Extract<Standing, { floorRequestId: number }>): FloorOutput[] {
    const { kind, floorRequestId } = standing;
    if (status === 'granted') {
      if (kind !== 'waiting') return [];
      this.#standing = { kind: 'granted', floorRequestId };
      return this.#wanted ? [event('granted')] : this.#pursue();
    }
    if (status === 'pending' || status === 'accepted') return this.#wanted ? [] : this.#pursue();
    if (kind !== 'releasing') return this.#loseRequest();
    this.#standing = { kind: 'none' };
    return this.#pursue(); // it may be wanted again by now
  }

  #loseRequest(): FloorOutput[] {
    const { kind } = this.#standing;
    const wasWanted = this.#wanted && kind !== 'none';
    this.#standing = { kind: 'none' };
    this.#wanted = false;
    return wasWanted ? [event(kind === 'granted' ? 'revoked' : 'denied')] : [];
  }

  #learnFloor(attributes: readonly Attribute[]): FloorOutput[] {
    const floors = allOf(attributes, 'floorId');
    if (floors.length > 0 && floors.every(({ id }) => id !== this.#ids.floorId)) return [];
    const standing = this.#standing;
    const ours = 'floorRequestId' in standing ? standing.floorRequestId : undefined;
    const granted = allOf(attributes, 'floorRequestInformation').filter(
      (request) =>
        request.id !== ours && statusIn(request.attributes) === 'granted' && !this.#isForUs(request.attributes),
    );
    return this.#setEndpointPresents(granted.length > 0);
  }

  #isForUs(attributes: readonly Attribute[]): boolean {
    return attributeOf(attributes, 'beneficiaryInformation')?.id === this.#ids.userId;
  }

  #setEndpointPresents(presents: boolean): FloorOutput[] {
    if (presents === this.#endpointPresents) return [];
    this.#endpointPresents = presents;
    return [event(presents ? 'requested' : 'released')];
  }

  #receiveError(asked: Content): FloorOutput[] {
    const { kind } = this.#standing;
    if (asked.primitive === 'FloorRequest' && kind === 'asking') return this.#loseRequest();
    if (asked.primitive === 'FloorRequestQuery' && kind !== 'releasing') return this.#loseRequest();
    if (asked.primitive !== 'FloorRelease' || kind !== 'releasing') return [];
    this.#standing = { kind: 'none' }; // it does not know the request any more, which is as good
    return this.#pursue();
  }

  /** The next step from what is to what is wanted. */
  #pursue(): FloorOutput[] {
    const standing = this.#standing;
    if (this.#wanted && standing.kind === 'none') {
      this.#standing = { kind: 'asking' };
      return [this.#say({ primitive: 'FloorRequest', attributes: [this.#floor] })];
    }
    if (this.#wanted || (standing.kind !== 'waiting' && standing.kind !== 'granted')) return [];
    this.#standing = { ...standing, kind: 'releasing' };
    const id: Attribute = { name: 'floorRequestId', id: standing.floorRequestId };
    return [this.#say({ primitive: 'FloorRelease', attributes: [id] })];
  }

  get #floor(): Attribute {
    return { name: 'floorId', id: this.#ids.floorId };
  }

  #say(content: Content): FloorOutput {
    return { kind: 'say', content };
  }
}

const event = (kind: 'requested' | 'released' | 'granted' | 'denied' | 'revoked'): FloorOutput => ({
  kind: 'event',
  event: { kind },
});

/** The overall status; devices that leave it out say it for the floor. */
function statusIn(attributes: readonly Attribute[]): RequestStatus | undefined {
  const group = attributeOf(attributes, 'overallRequestStatus') ?? attributeOf(attributes, 'floorRequestStatus');
  return group && attributeOf(group.attributes, 'requestStatus')?.status;
}
