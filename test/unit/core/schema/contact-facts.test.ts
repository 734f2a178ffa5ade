import { describe, expect, it } from 'vitest';
import {
  type FilteredContact,
  factReader,
  filterable,
  linkFactObject,
  NO_CONVERSATIONS,
} from '../../../../src/core/schema/contact-facts.ts';
import { defineContactSchema } from '../../../../src/core/schema/schema.ts';
import { ALL_STATES } from '../world.ts';

const schema = defineContactSchema({ score: { type: 'number' } });

describe('a filter or an order may name', () => {
  it.each([
    ['a field of the schema', 'score', { type: 'number' }],
    ['how many conversations there were', '$conversations', { type: 'number' }],
    ['when the last one began', '$last_conversation_at', { type: 'datetime' }],
  ])('%s', (_, name, expected) => expect(filterable(schema, name)).toEqual(expected));

  it('the state of a record, which is one of those that there are', () => {
    const definition = filterable(schema, '$link.Contact');
    expect(definition?.type).toBe('enum');
    expect(definition).toHaveProperty(
      'options',
      expect.toSatisfy((options: string[]) => options.length === Object.keys(ALL_STATES).length),
    );
    expect(definition).toHaveProperty('options', expect.arrayContaining(Object.keys(ALL_STATES)));
  });

  it('a CRM object of up to 200 characters', () => {
    expect(filterable(schema, `$link.${'o'.repeat(200)}`)?.type).toBe('enum');
    expect(filterable(schema, `$link.${'o'.repeat(201)}`)).toBeUndefined();
    expect(filterable(schema, '$link.o')?.type).toBe('enum');
    expect(filterable(schema, '$link.')).toBeUndefined();
  });

  it.each(['nothing', '$link', '$conversation', '$fact', '', 'constructor'])('not %j', (name) =>
    expect(filterable(schema, name)).toBeUndefined(),
  );
});

it.each([
  ['$link.Contact', 'Contact'],
  ['$link.', ''],
  ['$link', null],
  ['$conversations', null],
  ['a$link.Contact', null],
])('the CRM object of %s: %j', (name, object) => expect(linkFactObject(name)).toBe(object));

describe('of a contact is read', () => {
  const reader = (over: Partial<FilteredContact>) => factReader({ fields: {}, links: [], conversations: NO_CONVERSATIONS, ...over });

  it('a field of its own', () => {
    const read = reader({ fields: { score: 7, email: null } });
    expect(['score', 'email', 'title', 'constructor'].map(read)).toEqual([7, null, undefined, undefined]);
  });

  it('how many conversations there were, and when the last one began', () => {
    const read = reader({ conversations: { count: 2, lastAt: '2026-01-05T09:00:00.000Z' } });
    expect(['$conversations', '$last_conversation_at'].map(read)).toEqual([2, '2026-01-05T09:00:00.000Z']);
    expect(['$conversations', '$last_conversation_at'].map(reader({}))).toEqual([0, null]);
  });

  const link = (id: string, state: keyof typeof ALL_STATES, syncedAt: number, object = 'Contact') => ({ id, state, syncedAt, object });
  it.each([
    ['blank where there is none', [], null],
    ['blank where another object has one', [link('l1', 'active', 1, 'Lead')], null],
    ['of its record', [link('l1', 'active', 1), link('l2', 'declined', 2, 'Lead')], 'active'],
    ['of the record that it has, before a later one that is gone', [link('l1', 'tombstone', 2), link('l2', 'missing', 1)], 'missing'],
    ['of the one that it had last', [link('l1', 'superseded', 1), link('l2', 'tombstone', 3), link('l3', 'declined', 2)], 'tombstone'],
    ['of the one with the last id at one time', [link('l1', 'superseded', 1), link('l2', 'tombstone', 1)], 'tombstone'],
    ['of the same one, in whatever order they come', [link('l2', 'tombstone', 1), link('l1', 'superseded', 1)], 'tombstone'],
    ['of the later one, whatever the ids', [link('l1', 'tombstone', 2), link('l2', 'superseded', 1)], 'tombstone'],
  ] as const)('the state of a record: %s', (_, links, expected) => expect(reader({ links })('$link.Contact')).toBe(expected));
});
