import { describe, expect, it } from 'vitest';
import { planSchemaChange } from '../../../../src/core/checks/schema-change.ts';
import {
  completeFields,
  defineCompanySchema,
  defineContactSchema,
  parseCompanySchema,
  parseFieldPatch,
  safeParseCompanySchema,
  safeParseContactSchema,
} from '../../../../src/core/schema/schema.ts';
import { CrmSyncError } from '../../../../src/errors.ts';
import { told } from '../told.ts';

const schema = defineCompanySchema({ industry: { type: 'string' }, employees: { type: 'number' } });
const problems = (json: unknown): string[] => {
  const parsed = safeParseCompanySchema(json);
  return parsed.ok ? [] : told(parsed.issues);
};

describe('the schema of a company', () => {
  it('has name and domain first, then the custom fields', () => {
    expect(schema.entity).toBe('company');
    expect(Object.keys(schema.fields)).toEqual(['name', 'domain', 'industry', 'employees']);
    expect([schema, schema.fields, schema.fields.name].every((part) => Object.isFrozen(part))).toBe(true);
  });

  it('reads as the same schema from its own JSON', () => {
    expect(parseCompanySchema(JSON.parse(JSON.stringify(schema)))).toEqual(schema);
  });

  it('describes what is built in in other words, and nothing else of it', () => {
    const fields = { name: { type: 'string', label: 'Firma' } };
    expect(parseCompanySchema({ fields }).fields['name']).toEqual({ type: 'string', label: 'Firma' });
    expect(problems({ fields: { domain: { type: 'enum', options: ['acme.com'] } } })).toEqual(['fields.domain built_in_field']);
  });

  it('checks names as that of a contact does, with its own built-in ones', () => {
    const bad = { Industry: { type: 'string' }, contact_count: { type: 'number' }, external_id: { type: 'string' } };
    expect(problems({ fields: bad })).toEqual([
      'fields.Industry invalid_name',
      'fields.contact_count invalid_name',
      'fields.external_id invalid_name',
    ]);
    expect(problems({ fields: { first_name: { type: 'string' }, phone_number: { type: 'string' } } })).toEqual([]);
    const twice = () => (defineCompanySchema as (fields: object) => unknown)({ name: { type: 'string' } });
    expect(twice).toThrow(CrmSyncError);
    expect(() => (defineCompanySchema as (fields: object) => unknown)({ name: { type: 'string' } })).toThrow('The company schema');
  });

  it('is not that of a contact, and says how that is read', () => {
    expect(problems(defineContactSchema({}))).toContain('entity other_entity');
    const refused = safeParseContactSchema(schema);
    expect(refused.ok ? [] : told(refused.issues)).toEqual(['entity other_entity']);
    expect(refused.ok ? '' : refused.issues[0]?.remedy).toBe('Read it with `parseCompanySchema`, or give the schema of a contact.');
    expect(problems({ entity: 'deal', fields: {} })).toEqual(['entity unknown_value']);
  });

  it('keeps what is built in when it changes', () => {
    const change = planSchemaChange(schema, { ...schema, fields: { name: schema.fields.name } }, { mappings: [] });
    expect(change.ok ? [] : told(change.issues)).toEqual(['fields.domain built_in_field']);
    expect(planSchemaChange(schema, defineCompanySchema({}), { mappings: [] })).toMatchObject({
      ok: true,
      removed: ['industry', 'employees'],
    });
  });
});

describe('an edit of a company by hand', () => {
  it('gives the host of whatever address was typed', () => {
    expect(parseFieldPatch(schema, { domain: 'https://www.Acme.com/about', employees: '70' })).toEqual({
      ok: true,
      value: { domain: 'acme.com', employees: 70 },
    });
    expect(parseFieldPatch(schema, { domain: ' ' })).toEqual({ ok: true, value: { domain: null } });
  });

  it('is refused where it is none', () => {
    const refused = parseFieldPatch(schema, { domain: 'n/a', phone: '1' });
    expect(refused.ok ? [] : told(refused.issues)).toEqual(['domain not_a_domain', 'phone unknown_field']);
  });

  it('leaves the domain field of a contact schema what it was: text', () => {
    const contact = defineContactSchema({ domain: { type: 'string' } });
    expect(parseFieldPatch(contact, { domain: 'Sales' })).toEqual({ ok: true, value: { domain: 'Sales' } });
  });

  it('completes to all fields', () => {
    expect(completeFields(schema, { name: 'Acme' })).toEqual({ name: 'Acme', domain: null, industry: null, employees: null });
  });
});
