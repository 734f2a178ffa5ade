import { describe, expectTypeOf, test } from 'vitest';
import {
  type Company,
  type ContactStore,
  type CrmConnector,
  CrmSyncEngine,
  defineCompanySchema,
  defineContactSchema,
  parseCompanySchema,
} from '../../src/index.ts';

declare const store: ContactStore;
declare const connector: CrmConnector;
const schema = defineContactSchema({ company_id: { type: 'string' } });
const companySchema = defineCompanySchema({ size: { type: 'number' }, segment: { type: 'enum', options: ['SMB', 'Enterprise'] } });
const parts = { workspace: 'acme', connection: 'acme-salesforce', store, connector, schema } as const;

describe('companies are typed by their own schema', () => {
  const engine = new CrmSyncEngine({
    ...parts,
    companies: {
      schema: companySchema,
      contactField: 'company_id',
      mappings: [{ crmObject: 'Account', fields: [{ crm: 'NumberOfEmployees', field: 'size', direction: 'both' }] }],
    },
  });

  test('as they are read and written', async () => {
    const company = await engine.companies.get('c1');
    expectTypeOf(company).toEqualTypeOf<Company<typeof companySchema> | null>();
    expectTypeOf(company!.fields.size).toEqualTypeOf<number | null>();
    expectTypeOf(company!.fields.segment).toEqualTypeOf<'SMB' | 'Enterprise' | null>();
    const [contact] = await engine.companies.contacts('c1');
    expectTypeOf(contact!.fields.company_id).toEqualTypeOf<string | null>();
    await engine.companies.update('c1', { size: 12, segment: 'SMB' }, { by: 'ann' });
    // @ts-expect-error no field of companies
    await engine.companies.create({ company_id: 'c2' }, { by: 'ann' });
  });

  test('and so are their mappings and the field that ties contacts to them', () => {
    new CrmSyncEngine({
      ...parts,
      companies: {
        schema: companySchema,
        // @ts-expect-error no field of contacts
        contactField: 'size',
        mappings: [
          {
            crmObject: 'Account',
            // @ts-expect-error no field of companies
            fields: [{ crm: 'Name', field: 'first_name', direction: 'inbound' }],
          },
        ],
      },
    });
  });

  test('a typed engine fits an untyped parameter, and a schema may come from JSON', () => {
    expectTypeOf(engine).toExtend<CrmSyncEngine>();
    new CrmSyncEngine({ ...parts, companies: { schema: parseCompanySchema({ fields: {} }), mappings: [] } });
    new CrmSyncEngine(parts);
  });
});
