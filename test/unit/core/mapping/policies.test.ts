import { describe, expect, it } from 'vitest';
import type { CheckedPolicy, Policies, PolicyInput } from '../../../../src/core/link/conflict-types.ts';
import type { AnyRule, CompileOptions, Mapping } from '../../../../src/core/mapping/mapping-types.ts';
import { blankOf, checkPolicies, conflictOf } from '../../../../src/core/mapping/policies.ts';
import type { FieldToRead } from '../../../../src/core/schema/field-reader.ts';
import type { FieldDefinition } from '../../../../src/core/schema/schema-types.ts';
import { CrmSyncError } from '../../../../src/errors.ts';
import { expectWords } from '../told.ts';

const own = (field = 'email') => ({ crm: 'Crm', field, direction: 'both', conflict: { policy: 'own' } }) as const satisfies AnyRule;
const refusal = (act: () => unknown): CrmSyncError => {
  try {
    act();
  } catch (error) {
    if (error instanceof CrmSyncError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('the policy of a rule', () => {
  const text: FieldToRead = { entity: 'contact', field: 'email', definition: { type: 'string' } };

  it('is the CRM unless the rule says otherwise', () => {
    expect(conflictOf({ crm: 'Email', field: 'email', direction: 'inbound' }, text, {})).toBe('crm');
    expect(conflictOf({ crm: 'Email', field: 'email', direction: 'both', conflict: 'manual' }, text, {})).toBe('manual');
  });

  it('is refused where the host gives none of its name, before anything runs', () => {
    const error = refusal(() => conflictOf(own(), text, {}));
    expect(error).toMatchObject({ code: 'unknown_policy', category: 'configuration' });
    expectWords(error);
    expect(error.message).toBe('There is no policy `own`.');
    expect(error.remedy).toBe('Give the function under this name in `policies`.');
    const policies: Policies = { longest: () => 'crm', theirs: () => 'crm' };
    expect(refusal(() => conflictOf(own(), text, { policies })).remedy).toBe(
      'Give the function under this name in `policies`, or use one of `longest`, `theirs`.',
    );
  });

  it('is never what every object inherits', () => {
    const rule = { ...own(), conflict: { policy: 'toString' } } as const;
    expect(refusal(() => conflictOf(rule, text, { policies: {} })).code).toBe('unknown_policy');
  });
});

describe("an answer of the host's policy", () => {
  const input: PolicyInput = { field: 'email', local: 'a', remote: 'b' };
  const answer = (given: unknown, definition: FieldDefinition = { type: 'string' }, options: CompileOptions = {}, field = 'email') => {
    const policies = { own: () => given as 'crm' };
    return (conflictOf(own(field), { entity: 'contact', field, definition }, { ...options, policies }) as CheckedPolicy)(input);
  };

  it.each(['crm', 'local', 'merge', 'manual'])('may be a side, or nobody yet: %s', (given) => expect(answer(given)).toBe(given));

  it.each([
    ['a text', { value: 'x' }, { type: 'string' }, { value: 'x' }],
    ['nothing', { value: null }, { type: 'string' }, { value: null }],
    ['a number in words of the CRM', { value: '7' }, { type: 'number' }, { value: 7 }],
    ['false', { value: false }, { type: 'boolean' }, { value: false }],
    ['an option', { value: 'new' }, { type: 'enum', options: ['New'] }, { value: 'New' }],
  ] as const)('may be a third value, in the type of the field: %s', (_, given, definition, expected) =>
    expect(answer(given, definition)).toEqual(expected),
  );

  it.each([
    ['a word that is none of ours', 'newest'],
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['an object without a value', {}],
    ['a value that a field never has', { value: ['x'] }],
    ['a value that is not there', { value: undefined }],
    ['a function', Object.assign(() => 'crm', { value: 'x' })],
  ])('decides nothing where it is %s', (_, given) => expect(answer(given)).toBe('unusable'));

  it('decides nothing where the field can not hold it', () => {
    expect(answer({ value: 'soon' }, { type: 'number' })).toBe('unusable');
    expect(answer({ value: 'Lost' }, { type: 'enum', options: ['New'] })).toBe('unusable');
  });

  it('decides nothing where the policy throws', () => {
    const policies = {
      own: () => {
        throw new Error('a@example.com');
      },
    };
    expect(
      (conflictOf(own(), { entity: 'contact', field: 'email', definition: { type: 'string' } }, { policies }) as CheckedPolicy)(input),
    ).toBe('unusable');
  });

  it('is read as a phone number where the field is one, and as text anywhere else', () => {
    const number = { value: '(415) 555-0123' };
    expect(answer(number, { type: 'string' }, { defaultCountry: 'US' }, 'phone_number')).toEqual({ value: '+14155550123' });
    expect(answer(number, { type: 'string' }, { defaultCountry: 'US' })).toEqual(number);
    expect(answer({ value: 'none' }, { type: 'string' }, { defaultCountry: 'US' }, 'phone_number')).not.toEqual({ value: 'none' });
  });

  it('is read in the time zone of the host', () => {
    expect(answer({ value: '2026-01-05T23:30:00Z' }, { type: 'date' }, { timeZone: 'Asia/Tokyo' })).toEqual({ value: '2026-01-06' });
  });
});

describe('the policies of all mappings', () => {
  const mapping = (...fields: AnyRule[]) => ({ crmObject: 'Contact', fields }) as unknown as Mapping;
  const plain: AnyRule = { crm: 'Name', field: 'last_name', direction: 'inbound' };
  const ours: AnyRule = { crm: 'Score', field: 'score', direction: 'both', conflict: 'local' };

  it('are all there, or the one that is not is told', () => {
    expect(() => checkPolicies([mapping(plain, ours), mapping(own())], { own: () => 'crm' })).not.toThrow();
    expect(() => checkPolicies([mapping(plain, ours)], undefined)).not.toThrow();
    expect(refusal(() => checkPolicies([mapping(plain), mapping(ours, own())], undefined))).toMatchObject({
      code: 'unknown_policy',
      message: 'There is no policy `own`.',
    });
  });
});

describe('what a blank does', () => {
  it.each([
    ['clears, unless somebody says otherwise', undefined, undefined, { inbound: 'clear', outbound: 'clear' }],
    ['is the word of the mapping', undefined, 'keep', { inbound: 'keep', outbound: 'keep' }],
    ['is the word of the rule before that', 'clear', 'keep', { inbound: 'clear', outbound: 'clear' }],
    ['may be another one each way', { inbound: 'keep', outbound: 'clear' }, undefined, { inbound: 'keep', outbound: 'clear' }],
    ['is the word of the mapping for the way the rule leaves open', { inbound: 'clear' }, 'keep', { inbound: 'clear', outbound: 'keep' }],
    ['is the word of the mapping for one way', undefined, { outbound: 'keep' }, { inbound: 'clear', outbound: 'keep' }],
  ] as const)('%s', (_, rule, mapping, expected) => expect(blankOf(rule, mapping)).toEqual(expected));
});
