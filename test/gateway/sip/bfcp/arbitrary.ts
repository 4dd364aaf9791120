/** Any BFCP message that our types allow. */
import fc from 'fast-check';
import {
  type Attribute,
  attributeTypes,
  type GroupName,
  type IdName,
  type Message,
  type Primitive,
  primitiveNumbers,
  type RequestStatus,
  statusNumbers,
  type TextName,
} from '../../../../gateway/sip/bfcp/messages.ts';

const octet = fc.integer({ min: 0, max: 255 });
export const id16 = fc.integer({ min: 0, max: 0xffff });
const ids: IdName[] = ['beneficiaryId', 'floorId', 'floorRequestId'];
const texts: TextName[] = ['errorInfo', 'participantProvidedInfo', 'statusInfo', 'userDisplayName', 'userUri'];
const groups: GroupName[] = [
  'beneficiaryInformation',
  'floorRequestInformation',
  'requestedByInformation',
  'floorRequestStatus',
  'overallRequestStatus',
];
const text = fc
  .string({ unit: 'grapheme', maxLength: 20 })
  .filter((value) => Buffer.byteLength(value) < 60 && !/\0$/.test(value));

const simple: fc.Arbitrary<Attribute> = fc.oneof(
  fc.record({ name: fc.constantFrom(...ids), id: id16 }),
  fc.record({ name: fc.constant('priority' as const), priority: fc.integer({ min: 0, max: 4 }) }),
  fc.record({
    name: fc.constant('requestStatus' as const),
    status: fc.constantFrom(...(Object.keys(statusNumbers) as RequestStatus[])),
    queuePosition: octet,
  }),
  fc.record({ name: fc.constant('errorCode' as const), code: octet, details: fc.array(octet, { maxLength: 16 }) }),
  fc.record({ name: fc.constantFrom(...texts), text }),
  fc.record({
    name: fc.constant('supportedAttributes' as const),
    types: fc.array(fc.constantFrom(...Object.values(attributeTypes))),
  }),
  fc.record({ name: fc.constant('supportedPrimitives' as const), primitives: fc.array(octet, { maxLength: 20 }) }),
);

const grouped = (inner: fc.Arbitrary<Attribute>): fc.Arbitrary<Attribute> =>
  fc.record({ name: fc.constantFrom(...groups), id: id16, attributes: fc.array(inner, { maxLength: 3 }) });

const attributes = fc.array(
  fc.oneof(simple, grouped(simple), grouped(grouped(fc.record({ name: fc.constantFrom(...ids), id: id16 })))),
  {
    maxLength: 6,
  },
);

export const message: fc.Arbitrary<Message> = fc.record({
  version: fc.constantFrom(1 as const, 2 as const),
  responder: fc.boolean(),
  primitive: fc.constantFrom(...(Object.keys(primitiveNumbers) as Primitive[])),
  conferenceId: fc.integer({ min: 0, max: 0xffffffff }),
  transactionId: id16,
  userId: id16,
  attributes,
});
