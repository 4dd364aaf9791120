/** The vocabulary of BFCP (RFC 8855 5): primitives, attributes, status values, error codes. No bytes here; see `codec.ts`. */

/** RFC 8855 5.1, Table 1. The chair's 9 and 10 are left out: no room of ours has a BFCP chair, the operator decides. */
export const primitiveNumbers = {
  FloorRequest: 1,
  FloorRelease: 2,
  FloorRequestQuery: 3,
  FloorRequestStatus: 4,
  UserQuery: 5,
  UserStatus: 6,
  FloorQuery: 7,
  FloorStatus: 8,
  Hello: 11,
  HelloAck: 12,
  Error: 13,
  FloorRequestStatusAck: 14,
  FloorStatusAck: 15,
  Goodbye: 16,
  GoodbyeAck: 17,
} as const;

export type Primitive = keyof typeof primitiveNumbers;

/** RFC 8855 5.2.5. */
export const statusNumbers = {
  pending: 1,
  accepted: 2,
  granted: 3,
  denied: 4,
  cancelled: 5,
  released: 6,
  revoked: 7,
} as const;

export type RequestStatus = keyof typeof statusNumbers;

/** RFC 8855 5.2.6. */
const errorCodes = {
  conferenceDoesNotExist: 1,
  userDoesNotExist: 2,
  unknownPrimitive: 3,
  unknownMandatoryAttribute: 4,
  unauthorizedOperation: 5,
  invalidFloorId: 6,
  floorRequestIdDoesNotExist: 7,
  maxRequestsReached: 8,
  useTls: 9,
  unableToParse: 10,
  useDtls: 11,
  unsupportedVersion: 12,
  incorrectMessageLength: 13,
  genericError: 14,
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** RFC 8855 5.2, Table 2. */
export const attributeTypes = {
  beneficiaryId: 1,
  floorId: 2,
  floorRequestId: 3,
  priority: 4,
  requestStatus: 5,
  errorCode: 6,
  errorInfo: 7,
  participantProvidedInfo: 8,
  statusInfo: 9,
  supportedAttributes: 10,
  supportedPrimitives: 11,
  userDisplayName: 12,
  userUri: 13,
  beneficiaryInformation: 14,
  floorRequestInformation: 15,
  requestedByInformation: 16,
  floorRequestStatus: 17,
  overallRequestStatus: 18,
} as const;

export type AttributeName = keyof typeof attributeTypes;
export type IdName = 'beneficiaryId' | 'floorId' | 'floorRequestId';
export type TextName = 'errorInfo' | 'participantProvidedInfo' | 'statusInfo' | 'userDisplayName' | 'userUri';
/** Attributes that hold others; their id is a user's, a floor's or a floor request's (5.2.14 to 5.2.18). */
export type GroupName =
  | 'beneficiaryInformation'
  | 'floorRequestInformation'
  | 'requestedByInformation'
  | 'floorRequestStatus'
  | 'overallRequestStatus';

export type Attribute =
  | { name: IdName; id: number }
  /** 0 (lowest) to 4 (highest). */
  | { name: 'priority'; priority: number }
  | { name: 'requestStatus'; status: RequestStatus; queuePosition: number }
  /** `code` is on the wire's terms: another side may know more of them. For code 4 the details are `type << 1` octets. */
  | { name: 'errorCode'; code: number; details: readonly number[] }
  /** At most 253 octets of UTF-8; what is longer is cut. */
  | { name: TextName; text: string }
  /** Numbers of attribute types. */
  | { name: 'supportedAttributes'; types: readonly number[] }
  /** Numbers of primitives. */
  | { name: 'supportedPrimitives'; primitives: readonly number[] }
  | { name: GroupName; id: number; attributes: readonly Attribute[] };

/** 1 over TCP, 2 over UDP (RFC 8855 5.1); devices older than the RFC say 1 over UDP too. */
export type Version = 1 | 2;

export interface Message {
  version: Version;
  /** The R bit: this answers a transaction that the other side began. UDP only. */
  responder: boolean;
  primitive: Primitive;
  /** 32 bits. */
  conferenceId: number;
  /** 16 bits; 0 is a server's notification over TCP, which nobody answers (8.2). */
  transactionId: number;
  /** 16 bits. */
  userId: number;
  attributes: readonly Attribute[];
}

/** What a message says, without the header that its transaction gives it. */
export type Content = Pick<Message, 'primitive' | 'attributes'>;

type Named<N extends AttributeName, A = Attribute> = A extends { name: infer M } ? (N extends M ? A : never) : never;

/** Those of this name, in order. */
export function allOf<N extends AttributeName>(attributes: readonly Attribute[], name: N): Named<N>[] {
  const isNamed = (attribute: Attribute): attribute is Attribute & Named<N> => attribute.name === name;
  return attributes.filter(isNamed);
}

/** The first one of this name. */
export function attributeOf<N extends AttributeName>(attributes: readonly Attribute[], name: N): Named<N> | undefined {
  return allOf(attributes, name)[0];
}

export function errorMessage(code: ErrorCode, details: readonly number[] = []): Content {
  return { primitive: 'Error', attributes: [{ name: 'errorCode', code: errorCodes[code], details }] };
}

/** RFC 8855 5.3.12. */
export const helloAck: Content = {
  primitive: 'HelloAck',
  attributes: [
    { name: 'supportedPrimitives', primitives: Object.values(primitiveNumbers) },
    { name: 'supportedAttributes', types: Object.values(attributeTypes) },
  ],
};
