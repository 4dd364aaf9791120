/** What both sides of one floor share: their words to the outside and how a floor request is described. */
import type { Attribute, Content, Message, RequestStatus } from './messages.ts';

export interface FloorIds {
  conferenceId: number;
  /** The participant's: the endpoint's where we are the server, ours where we are the client. */
  userId: number;
  floorId: number;
}

export type FloorEvent =
  /** The endpoint wants to present; as client: it does already, by its own decision. */
  | { kind: 'requested' }
  /** The endpoint no longer presents, or no longer wants to. */
  | { kind: 'released' }
  /** Client role: the answer to `requestFloor`. */
  | { kind: 'granted' }
  | { kind: 'denied' }
  /** Client role: the endpoint took back what it had granted. */
  | { kind: 'revoked' };

/** What a machine wants done, in this order. */
export type FloorOutput =
  /** Begins a transaction. */
  | { kind: 'say'; content: Content }
  /** Ends one that the other side began. */
  | { kind: 'answer'; request: Message; content: Content }
  | { kind: 'event'; event: FloorEvent };

export interface Presenter {
  /** What endpoints may show as the presenter's name. */
  name?: string;
}

export interface FloorRequest {
  floorRequestId: number;
  status: RequestStatus;
  userId: number;
  name?: string;
}

/** Characters of a name. A group holds 255 octets with all that is in it (5.2), and a character may take four. */
const longestName = 50;

/**
 * RFC 8855 5.2.15. The status is said twice, overall and for the one floor, because devices look in either place.
 */
export function describeRequest(request: FloorRequest, floorId: number): Attribute {
  const { floorRequestId, status, userId, name } = request;
  const requestStatus: Attribute = { name: 'requestStatus', status, queuePosition: 0 };
  const text = [...(name ?? '')].slice(0, longestName).join('');
  const displayName: Attribute[] = text === '' ? [] : [{ name: 'userDisplayName', text }];
  return {
    name: 'floorRequestInformation',
    id: floorRequestId,
    attributes: [
      { name: 'overallRequestStatus', id: floorRequestId, attributes: [requestStatus] },
      { name: 'floorRequestStatus', id: floorId, attributes: [requestStatus] },
      { name: 'beneficiaryInformation', id: userId, attributes: displayName },
    ],
  };
}
