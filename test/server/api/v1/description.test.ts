import { expect, test } from 'vitest';
import { z } from 'zod';
import { describeApi } from '../../../../server/api/v1/description.ts';
import { OPERATIONS } from '../../../../server/api/v1/operations.ts';
import { PROGRAM_EVENTS } from '../../../../server/protocol/bookings.ts';
import { callTypeOf } from '../../../../server/protocol/program-calls.ts';
import { SCOPES } from '../../../../server/protocol/programs.ts';

const text = z.string().min(1);
const parameterSchema = z.strictObject({
  name: text,
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean(),
  schema: z.looseObject({}),
});
const content = z.record(z.string().regex(/^[\w.+-]+\/[\w.+-]+$/), z.strictObject({ schema: z.looseObject({}) }));
const operationSchema = z.strictObject({
  operationId: text,
  summary: text,
  description: text.optional(),
  'x-scope': z.enum(SCOPES).optional(),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
  parameters: z.array(parameterSchema).optional(),
  requestBody: z.strictObject({ required: z.literal(true), content }).optional(),
  responses: z.record(
    z.string().regex(/^[1-5]\d\d$/),
    z.strictObject({ description: text, headers: z.looseObject({}).optional(), content }),
  ),
});
/** OpenAPI 3.1.1, 4.8: what this interface uses of it, and nothing else. */
const documentSchema = z.strictObject({
  openapi: z.string().regex(/^3\.1\.\d+$/),
  info: z.strictObject({ title: text, description: text, version: text }),
  servers: z.array(z.strictObject({ url: z.string().startsWith('/') })).min(1),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  paths: z.record(
    z.string().startsWith('/'),
    z.partialRecord(z.enum(['get', 'post', 'put', 'patch', 'delete']), operationSchema),
  ),
  webhooks: z.record(
    text,
    z.strictObject({
      post: operationSchema
        .omit({ operationId: true })
        .extend({ responses: z.record(z.literal('2XX'), z.looseObject({ description: text })) }),
    }),
  ),
  components: z.strictObject({
    securitySchemes: z.record(z.string(), z.looseObject({ type: z.literal('http'), scheme: z.literal('bearer') })),
    schemas: z.record(z.string(), z.looseObject({})),
  }),
});

const described = documentSchema.parse(describeApi('en', '1.0.0'));
const operations = Object.entries(described.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
);

test('the description is sound: names are unique, parameters declared, references lead somewhere', () => {
  const ids = operations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { path, operationId, parameters = [], requestBody, method } of operations) {
    const inPath = parameters.filter((each) => each.in === 'path').map(({ name }) => name);
    expect(inPath, operationId).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    expect(method === 'get' && requestBody !== undefined, operationId).toBe(false);
  }
  const references = [...JSON.stringify(described).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
  expect(references.length).toBeGreaterThan(operations.length);
  for (const [, name = ''] of references) expect(described.components.schemas).toHaveProperty(name);
  for (const { security = described.security } of operations) {
    for (const scheme of security.flatMap((each) => Object.keys(each))) {
      expect(described.components.securitySchemes).toHaveProperty(scheme);
    }
  }
});

test('every operation is described, with what it may be refused with, and every right is good for something', () => {
  expect(operations.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(OPERATIONS).sort());
  for (const { operationId, responses, security } of operations) {
    const statuses = Object.keys(responses);
    expect(
      statuses.filter((status) => status.startsWith('2')),
      operationId,
    ).toHaveLength(1);
    expect(statuses).toEqual(expect.arrayContaining(security ? ['400', '500'] : ['400', '401', '403', '429', '500']));
  }
  const siteUnknown = operations.flatMap(({ operationId, responses }) =>
    Object.entries(responses).flatMap(([status, of]) =>
      JSON.stringify(of).includes('siteUnknown') ? [`${operationId} ${status}`] : [],
    ),
  );
  // What the path names is not there; what a body names is in nobody's directory.
  expect(siteUnknown.sort()).toEqual([
    ...['book 409', 'changeBooking 409', 'changeSite 404', 'checkBooking 409', 'readSite 404', 'removeSite 404'],
    'replaceSite 404',
  ]);
  expect(new Set(operations.flatMap((each) => each['x-scope'] ?? []))).toEqual(new Set(SCOPES));
});

test('what programs are called with is described: every event once, signed, with its data', () => {
  expect(Object.keys(described.webhooks).sort()).toEqual(PROGRAM_EVENTS.map(callTypeOf).sort());
  for (const [name, { post }] of Object.entries(described.webhooks)) {
    expect(post.parameters?.map((each) => each.name)).toEqual(['webhook-id', 'webhook-timestamp', 'webhook-signature']);
    const { schema } = post.requestBody?.content['application/json'] ?? {};
    expect(schema, name).toMatchObject({
      properties: { type: { const: name } },
      required: ['type', 'timestamp', 'data'],
    });
  }
});

test('both languages describe the same', () => {
  const shape = (language: 'vi' | 'en') =>
    JSON.stringify(describeApi(language, '1'), (key, value) =>
      ['summary', 'description', 'title'].includes(key) && typeof value === 'string' ? '' : value,
    );
  expect(shape('vi')).toBe(shape('en'));
  expect(documentSchema.parse(describeApi('vi', '1')).info.title).not.toBe(described.info.title);
});

test('says where a body may be too large, and no pattern that other languages cannot read', () => {
  const described = JSON.stringify(describeApi('en', '1'));
  expect(described).not.toContain('\\\\p{');
  const { paths } = documentSchema.parse(describeApi('en', '1'));
  expect(paths['/bookings']?.post?.responses['413']?.description).toContain('messageTooLarge');
  expect(paths['/bookings']?.get?.responses['413']).toBeUndefined();
});
