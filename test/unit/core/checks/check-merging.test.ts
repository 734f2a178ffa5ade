import { describe, expect, it } from 'vitest';
import { checkMerging } from '../../../../src/core/checks/check-merging.ts';
import { defineContactSchema } from '../../../../src/core/schema/schema.ts';

const schema = defineContactSchema({
  notes: { type: 'string', description: 'All that was said.' },
  wishes: { type: 'string' },
  worries: { type: 'string', description: '  ' },
});
const merge = (field: string) => ({ from: 'x', field, mode: 'merge' }) as const;
const mapping = (conflict: 'merge' | 'crm') =>
  ({ crmObject: 'Contact', fields: [{ crm: 'Wishes__c', field: 'wishes', direction: 'both', conflict }] }) as const;
const codes = (parts: Partial<Parameters<typeof checkMerging>[0]>) =>
  checkMerging({ schema, analysis: [], mappings: [], hasMerger: true, ...parts }).map(({ code, at }) => [code, at.field]);

describe('checkMerging', () => {
  it('says nothing where nothing is merged, or each field says what it is for', () => {
    expect(codes({ hasMerger: false, mappings: [mapping('crm')] })).toEqual([]);
    expect(codes({ analysis: [merge('notes')] })).toEqual([]);
  });

  it('names each merged field without a description once, by whichever rule it is merged', () => {
    expect(codes({ analysis: [merge('wishes'), merge('worries')], mappings: [mapping('merge')] })).toEqual([
      ['merge_without_description', 'wishes'],
      ['merge_without_description', 'worries'],
    ]);
    expect(codes({ mappings: [mapping('merge')] })).toEqual([['merge_without_description', 'wishes']]);
  });

  it('says nothing of a field that a conversation goes over or fills', () => {
    const rules = [
      { from: 'x', field: 'wishes', mode: 'overwrite' },
      { from: 'y', field: 'worries', mode: 'fill_if_empty' },
    ] as const;
    expect(codes({ analysis: rules, hasMerger: false })).toEqual([]);
  });

  it('names a merged field that the schema has no more, and goes on', () => {
    expect(codes({ analysis: [merge('gone'), merge('wishes')] })).toEqual([
      ['merge_without_description', 'gone'],
      ['merge_without_description', 'wishes'],
    ]);
  });

  it('tells whoever writes the schema and the settings what to do', () => {
    expect(checkMerging({ schema, analysis: [merge('wishes')], mappings: [], hasMerger: false })).toEqual([
      {
        level: 'advice',
        code: 'merge_without_description',
        message: 'wishes is merged and has no description.',
        remedy: 'Describe in the schema what the text holds, what to keep and how it is laid out: that is the instruction of the merge.',
        who: 'developer',
        at: { field: 'wishes' },
      },
      {
        level: 'warning',
        code: 'no_merger',
        message: 'Fields are to be merged, and the engine has no merger: their texts wait.',
        remedy: 'Give the engine a `merger`.',
        who: 'developer',
        at: {},
      },
    ]);
  });

  it('says that nobody merges', () => {
    expect(codes({ analysis: [merge('notes')], hasMerger: false })).toEqual([['no_merger', undefined]]);
  });
});
