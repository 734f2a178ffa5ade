import { defineContactSchema, settingsSchema } from 'crm-sync-engine';
import { expect, it } from 'vitest';
import { tableUnder } from './pages.ts';

it('the settings page has every setting, in the order of the document, and no other', () => {
  const { properties } = settingsSchema(defineContactSchema({})).toJsonSchema() as { readonly properties: object };
  const told = tableUnder('docs/settings.md', 'What there is').map(([cell = '']) => cell.replaceAll('`', ''));
  expect(told).toEqual(Object.keys(properties));
});
