import { test as prop } from '@fast-check/vitest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAssociationTypes } from '../../../src/connectors/hubspot/association-types.ts';
import type { Client } from '../../../src/connectors/hubspot/client.ts';
import { compareIds, objectKind, objectNameOf, recordId } from '../../../src/connectors/hubspot/objects.ts';
import { ACCOUNT_DETAILS, associationsOf, objectsOf, pathOf, propertiesOf, TOKEN } from '../../../src/connectors/hubspot/paths.ts';

describe('pathOf', () => {
  it.each([
    [objectsOf('contacts'), '/crm/objects/2026-09/contacts', '/crm/objects/{object}'],
    [objectsOf('contacts', 'batch', 'read'), '/crm/objects/2026-09/contacts/batch/read', '/crm/objects/{object}/batch/read'],
    [
      associationsOf('contacts', 'companies', 'batch', 'read'),
      '/crm/associations/2026-09/contacts/companies/batch/read',
      '/crm/associations/{object}/{object}/batch/read',
    ],
    [propertiesOf('2-77'), '/crm/properties/2026-09/2-77', '/crm/properties/{object}'],
    [ACCOUNT_DETAILS, '/account-info/2026-09/details', '/account-info/details'],
    [TOKEN, '/oauth/2026-09/token', '/oauth/token'],
  ])('%#', (resource, path, operation) => {
    expect(pathOf(resource, '2026-09')).toBe(path);
    expect(resource.operation).toBe(operation);
  });
  prop.prop([fc.string()])('a segment stays one, whatever it holds', (text) => {
    const url = new URL(pathOf(objectsOf('contacts', text), '2026-09'), 'https://api.hubapi.com');
    expect([url.host, url.search, url.hash]).toEqual(['api.hubapi.com', '', '']);
  });
});

describe('objectKind', () => {
  it.each([
    ['contacts', 'contacts', 'lastmodifieddate'],
    ['contact', 'contacts', 'lastmodifieddate'],
    ['0-1', 'contacts', 'lastmodifieddate'],
    ['COMPANY', 'companies', 'hs_lastmodifieddate'],
    ['0-48', 'calls', 'hs_lastmodifieddate'],
    ['2-1234567', '2-1234567', 'hs_lastmodifieddate'],
    ['p62515_matter', 'p62515_matter', 'hs_lastmodifieddate'],
    ['constructor', 'constructor', 'hs_lastmodifieddate'],
  ])('%s is %s, last changed by %s', (name, path, modified) => expect(objectKind(name)).toMatchObject({ name: path, modified }));
  it.each(['', '__proto__', '../x', 'a b', 'a?b', 'x'.repeat(101)])('%j is no name', (name) =>
    expect(() => objectKind(name)).toThrow(expect.objectContaining({ code: 'invalid_object_name', category: 'configuration' })),
  );
  it('names an object as mappings do', () =>
    expect(['contact', '0-2', '2-77'].map(objectNameOf)).toEqual(['contacts', 'companies', '2-77']));
});

describe('recordId', () => {
  it.each([
    ['713492963559', '713492963559'],
    [123, '123'],
  ])('%j is %s', (raw, id) => expect(recordId(raw)).toBe(id));
  it.each(['', '0', '0123', '-1', '1.5', '1e3', 'x', ' 1', '1'.repeat(21), 1.5, 2 ** 60, null, undefined, {}])('%j is none', (raw) =>
    expect(recordId(raw)).toBeNull(),
  );
  prop.prop([fc.bigInt({ min: 1n, max: 10n ** 18n }), fc.bigInt({ min: 1n, max: 10n ** 18n })])('ids compare as numbers', (a, b) => {
    expect(Math.sign(compareIds(String(a), String(b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
  });
});

/** Source: @hubspot/api-client, AssociationTypes. */
const TYPE_IDS: Record<string, readonly [contact: number, company: number, deal: number, ticket: number]> = {
  call: [194, 182, 206, 220],
  communication: [81, 87, 85, 83],
  note: [202, 190, 214, 228],
  task: [204, 192, 216, 230],
  meeting: [200, 188, 212, 226],
  email: [198, 186, 210, 224],
  contact: [449, 279, 4, 15],
  company: [280, 450, 342, 340],
  deal: [3, 341, 451, 27],
  ticket: [16, 339, 28, 452],
};

describe('the number of an association', () => {
  const asking = () => Promise.reject(new Error('no request is needed'));
  const types = createAssociationTypes({ read: asking } as unknown as Client);
  it.each(Object.keys(TYPE_IDS))('from %s', async (from) => {
    const call = { signal: new AbortController().signal, now: () => 0 };
    const found = await Promise.all(['contact', 'company', 'deal', 'ticket'].map((to) => types.of(from, to, call)));
    expect(found.map(({ associationTypeId }) => associationTypeId)).toEqual(TYPE_IDS[from]);
    expect(new Set(found.map(({ associationCategory }) => associationCategory))).toEqual(new Set(['HUBSPOT_DEFINED']));
  });
});
