import { afterAll, beforeAll, describe, inject, it } from 'vitest';
import { letTwoWorkersRun } from '../process/let-two-workers-run.ts';
import { type OpenSchema, openSchema } from './open-schema.ts';

let schema: OpenSchema;
beforeAll(async () => {
  schema = await openSchema(inject('postgresUrl'));
});
afterAll(() => schema[Symbol.asyncDispose]());

describe('two processes on one PostgreSQL and one CRM (R9, P5)', () => {
  it(
    'that import, handle the same calls and push at once make each contact, link and Task of them once, and lose nothing',
    () => letTwoWorkersRun({ place: schema.url, callers: 18 }),
    240_000,
  );
});
