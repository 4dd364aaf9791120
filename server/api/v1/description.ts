import { z } from 'zod';
import { problemSchema } from '../../protocol/api.ts';
import { bookingSchema, bookSchema, clashSchema } from '../../protocol/bookings.ts';
import { noticeSchema } from '../../protocol/notices.ts';
import { callTypeOf, PROGRAM_CALLS } from '../../protocol/program-calls.ts';
import { SCOPE_WORDS } from '../../protocol/program-words.ts';
import { SCOPES } from '../../protocol/programs.ts';
import type { RefusalCode } from '../../protocol/refusals.ts';
import { OPERATION_WORDS } from './operation-words.ts';
import { OPERATIONS, type Operation, type OperationId } from './operations.ts';
import { statusOf } from './problems.ts';

export type Language = 'vi' | 'en';
type Json = Record<string, unknown>;

/** What any operation may be refused with, and what only one that wants a token. */
const ALWAYS: readonly RefusalCode[] = ['malformed', 'internal', 'retry'];
const WITH_TOKEN: readonly RefusalCode[] = ['tokenInvalid', 'scopeMissing', 'notPermitted', 'tooManyMessages'];
const KEYED: readonly RefusalCode[] = ['keyReused'];
const WITH_BODY: readonly RefusalCode[] = ['messageTooLarge'];
/** What several operations send or take has a name. */
const NAMED: Record<string, z.ZodType> = {
  Booking: bookingSchema,
  Book: bookSchema,
  Clash: clashSchema,
  Notice: noticeSchema,
  Problem: problemSchema,
};
const NAMES = new Map<unknown, string>(Object.entries(NAMED).map(([name, schema]) => [schema, name]));
const WHERE = '#/components/schemas/';

/** The interface for programs as OpenAPI 3.1 describes it (https://spec.openapis.org/oas/v3.1.1), from the very schemas that parse. */
export function describeApi(language: Language, version: string): Json {
  const words = OPERATION_WORDS[language];
  const paths: Record<string, Json> = {};
  for (const [id, operation] of Object.entries(OPERATIONS) as [OperationId, Operation][]) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method]: describeOperation(id, operation, language),
    };
  }
  const rights = SCOPES.map((scope) => `${scope}: ${SCOPE_WORDS[language][scope]}.`).join(' ');
  return {
    openapi: '3.1.1',
    info: { title: words.title, description: words.text, version },
    servers: [{ url: '/api/v1' }],
    security: [{ token: [] }],
    paths,
    webhooks: describeCalls(language),
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: rights } },
      schemas: Object.fromEntries(Object.entries(NAMED).map(([name, schema]) => [name, bare(schema, 'output')])),
    },
  };
}

function describeOperation(id: OperationId, operation: Operation, language: Language): Json {
  const { scope, body, files, answer } = operation;
  const words = OPERATION_WORDS[language];
  const parameters = parametersOf(operation);
  const content = answer.schema
    ? { 'application/json': { schema: named(answer.schema, 'output') } }
    : fileOf([answer.type ?? '']);
  return {
    operationId: id,
    summary: words.operations[id],
    ...(scope === 'none' ? { security: [] } : {}),
    ...(scope === 'none' || scope === 'any'
      ? {}
      : { 'x-scope': scope, description: `${scope}: ${SCOPE_WORDS[language][scope]}` }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body
      ? { requestBody: { required: true, content: { 'application/json': { schema: named(body, 'input') } } } }
      : {}),
    ...(files ? { requestBody: { required: true, content: fileOf(files) } } : {}),
    responses: {
      [answer.status]: { description: words.done, ...(operation.tagged ? { headers: { ETag: TEXT } } : {}), content },
      ...refusalsOf(operation, words.refused),
    },
  };
}

/** What a program is called with, that has asked for it at the desk. */
function describeCalls(language: Language): Json {
  const words = OPERATION_WORDS[language];
  const signed = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => {
    return { name, in: 'header', required: true, ...TEXT };
  });
  return Object.fromEntries(
    [...PROGRAM_CALLS].map(([event, schema]) => {
      const requestBody = { required: true, content: { 'application/json': { schema: bare(schema, 'output') } } };
      const responses = { '2XX': { description: words.called } };
      const summary = words.calls[event];
      return [callTypeOf(event), { post: { summary, security: [], parameters: signed, requestBody, responses } }];
    }),
  );
}

const TEXT = { schema: { type: 'string' } };

function parametersOf({ path, query, guarded, keyed }: Operation): Json[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    ...TEXT,
  }));
  const shape = query ? bare(query, 'input') : {};
  const required = new Set(Array.isArray(shape.required) ? shape.required : []);
  const inQuery = Object.entries(shape.properties ?? {}).map(([name, schema]) => {
    return { name, in: 'query', required: required.has(name), schema };
  });
  return [
    ...inPath,
    ...inQuery,
    ...(guarded ? [{ name: 'If-Match', in: 'header', required: true, ...TEXT }] : []),
    ...(keyed
      ? [{ name: 'Idempotency-Key', in: 'header', required: false, schema: { type: 'string', maxLength: 255 } }]
      : []),
  ];
}

/** By their HTTP status, each with the codes that it may have. */
function refusalsOf({ path, scope, refusals, keyed, body, files }: Operation, said: string): Json {
  const sent = [...(body || files ? WITH_BODY : []), ...(keyed ? KEYED : [])];
  const codes = [...ALWAYS, ...(scope === 'none' ? [] : WITH_TOKEN), ...sent, ...refusals];
  const byStatus = Map.groupBy(codes, (code) => statusOf(code, path));
  const schema = { $ref: `${WHERE}Problem` };
  return Object.fromEntries(
    [...byStatus].map(([status, of]) => {
      const description = `${said}: ${of.join(', ')}`;
      return [status, { description, content: { 'application/json': { schema } } }];
    }),
  );
}

function fileOf(types: readonly string[]): Json {
  return Object.fromEntries(types.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]));
}

/** By its name, where it has one. */
function named(schema: z.ZodType, io: 'input' | 'output'): unknown {
  const name = NAMES.get(schema);
  return name === undefined ? bare(schema, io) : { $ref: `${WHERE}${name}` };
}

/** The JSON Schema of one, in which the others that have a name are named. */
function bare(schema: z.ZodType, direction: 'input' | 'output'): z.core.JSONSchema.BaseSchema {
  const io = schema === bookSchema ? 'input' : direction;
  const { $schema: _dialect, ...described } = z.toJSONSchema(schema, {
    io,
    override: ({ zodSchema, jsonSchema }) => {
      const name = NAMES.get(zodSchema);
      if (name !== undefined && name !== NAMES.get(schema)) become(jsonSchema, { $ref: `${WHERE}${name}` });
      // Later versions may answer more: whoever reads must not mind.
      else if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      // JSON Schema 6.4: what not every dialect of patterns knows is left out; Python's and Go's stop at this one.
      jsonSchema.pattern &&= jsonSchema.pattern.replaceAll('\\p{Cc}', '\\x00-\\x1f\\x7f-\\x9f');
    },
  });
  return described;
}

function become(target: z.core.JSONSchema.BaseSchema, wanted: Json): void {
  for (const key of Object.keys(target)) delete target[key];
  Object.assign(target, wanted);
}
