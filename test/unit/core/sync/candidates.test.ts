import { describe, expect, it } from 'vitest';
import { compileMapping } from '../../../../src/core/mapping/compile.ts';
import { defineCompanySchema, defineContactSchema } from '../../../../src/core/schema/schema.ts';
import { Candidates, type KeyMove } from '../../../../src/core/sync/candidates.ts';
import { compiled } from '../world.ts';

const mapping = compiled([{ crm: 'Email', field: 'email', direction: 'both' }], { matchKey: ['phone_number', 'email'] });
const NUMBER = '+14155550123';
const MAIL = 'a@example.com';
const BOTH = { phone_number: NUMBER, email: MAIL };

const companies = compileMapping(defineCompanySchema({}), {
  crmObject: 'Account',
  fields: [
    { crm: 'Name', field: 'name', direction: 'both' },
    { crm: 'Website', field: 'domain', direction: 'inbound' },
  ],
});

/** Contacts, or companies, with their fields, none of which has a record. */
function among(contacts: Readonly<Record<string, Readonly<Record<string, string | null>>>>, of = mapping): Candidates {
  const candidates = new Candidates(of);
  for (const [id, fields] of Object.entries(contacts)) candidates.add(id, fields);
  return candidates;
}
const move = (contactId: string, to: string, field = 'phone_number'): KeyMove => ({ contactId, field, to });

describe('who a record may belong to (R19)', () => {
  it('is the one contact with its key', () => {
    const candidates = among({ a: { phone_number: NUMBER }, b: { phone_number: '+14155550199' }, c: {} });
    expect(candidates.match('r1', { phone_number: NUMBER })).toEqual({ only: 'a', all: ['a'] });
    expect(candidates.match('r1', { phone_number: '+14155550100' })).toEqual({ only: null, all: [] });
    expect(candidates.match('r1', {})).toEqual({ only: null, all: [] });
  });

  it('is nobody where several have it, and all of them are named once', () => {
    const candidates = among({ a: { phone_number: NUMBER }, b: { phone_number: NUMBER }, c: { phone_number: NUMBER } });
    candidates.add('a', { phone_number: NUMBER });
    expect(candidates.match('r1', { phone_number: NUMBER })).toEqual({ only: null, all: ['a', 'b', 'c'] });
  });

  it('is found by the first key, and by the next where nobody has that one', () => {
    const candidates = among({ a: { phone_number: NUMBER }, b: { email: MAIL } });
    expect(candidates.match('r1', BOTH)).toEqual({ only: 'a', all: ['a'] });
    expect(candidates.match('r1', { ...BOTH, phone_number: '+14155550199' })).toEqual({ only: 'b', all: ['b'] });
  });

  it('is not found by the second key where the first one says several', () => {
    const candidates = among({ a: { phone_number: NUMBER }, b: { phone_number: NUMBER }, c: { email: MAIL } });
    expect(candidates.match('r1', BOTH)).toEqual({ only: null, all: ['a', 'b'] });
  });

  it('is nobody who lacks the key, whatever a record has there', () => {
    const candidates = among({ a: {}, b: { phone_number: null } });
    expect(candidates.match('r1', { phone_number: 'undefined' })).toEqual({ only: null, all: [] });
    expect(candidates.match('r1', { phone_number: 'null' })).toEqual({ only: null, all: [] });
  });

  it('is nobody by a field that is no match key', () => {
    const byNumber = compiled([], { matchKey: 'phone_number' });
    const candidates = among({ a: { phone_number: NUMBER, email: MAIL } }, byNumber);
    expect(candidates.match('r1', { email: MAIL })).toEqual({ only: null, all: [] });
    expect(candidates.match('r1', { email: MAIL, phone_number: NUMBER })).toEqual({ only: 'a', all: ['a'] });
  });

  it('is another one for the same text in another field', () => {
    expect(among({ a: { email: NUMBER } }).match('r1', { phone_number: NUMBER })).toEqual({ only: null, all: [] });
  });

  it('passes over who has a record already, and still names them', () => {
    const candidates = among({ a: { phone_number: NUMBER }, b: { phone_number: NUMBER }, c: { email: MAIL } });
    candidates.take('a', 'r0');
    expect(candidates.match('r1', BOTH)).toEqual({ only: 'b', all: ['a', 'b'] });
    candidates.take('b', null); // wants none
    expect(candidates.match('r1', BOTH)).toEqual({ only: 'c', all: ['a', 'b', 'c'] });
  });

  it('passes over who the host said it does not belong to, for this record alone', () => {
    const candidates = among({ a: { phone_number: NUMBER }, b: { phone_number: NUMBER }, c: { phone_number: NUMBER } });
    candidates.decline('a', 'r1');
    candidates.decline('b', 'r1');
    expect(candidates.match('r1', { phone_number: NUMBER })).toEqual({ only: 'c', all: ['a', 'b', 'c'] });
    expect(candidates.match('r2', { phone_number: NUMBER })).toEqual({ only: null, all: ['a', 'b', 'c'] });
  });

  it('is nobody, by no further key, where the key does not prove enough', () => {
    const candidates = among({ a: { phone_number: NUMBER }, b: { email: MAIL } });
    expect(candidates.match('r1', BOTH, (id) => id !== 'a')).toEqual({ only: null, all: ['a'] });
    expect(candidates.match('r1', BOTH, (id) => id === 'a')).toEqual({ only: 'a', all: ['a'] });
    candidates.take('a', 'r0'); // nobody is left to prove it of
    expect(candidates.match('r1', BOTH, (id) => id === 'b')).toEqual({ only: 'b', all: ['a', 'b'] });
  });

  it('is nobody where the record may be the one that is being made with that key (R4)', () => {
    const candidates = among({ b: { phone_number: NUMBER, email: MAIL } });
    candidates.making('a', { phone_number: NUMBER });
    expect(candidates.match('r1', { phone_number: NUMBER })).toEqual({ only: null, all: ['b', 'a'] });
    expect(candidates.match('r1', BOTH)).toEqual({ only: null, all: ['b', 'a'] });
    expect(candidates.match('r1', { email: MAIL })).toEqual({ only: 'b', all: ['b'] });
  });

  it('is nobody while one is being made, although no contact has the key any more', () => {
    const candidates = among({});
    candidates.making('a', BOTH);
    expect(candidates.match('r1', { phone_number: NUMBER })).toEqual({ only: null, all: ['a'] });
    expect(candidates.match('r1', { email: MAIL })).toEqual({ only: null, all: ['a'] });
  });
});

describe('which company a record may belong to (R19)', () => {
  const ACME = { domain: 'acme.com', name: 'Acme' };

  it('is the one with its domain, else the one with its name', () => {
    const candidates = among({ a: ACME, b: { domain: null, name: 'Globex' } }, companies);
    expect(candidates.match('r1', { domain: 'acme.com', name: 'Acme Europe' })).toEqual({ only: 'a', all: ['a'] });
    expect(candidates.match('r1', { name: 'ACME, Inc.' })).toEqual({ only: null, all: [] });
    expect(candidates.match('r1', { name: 'ACME' })).toEqual({ only: 'a', all: ['a'] });
  });

  it('is none of the same name with another domain', () => {
    const candidates = among({ a: ACME }, companies);
    expect(candidates.match('r1', { ...ACME, domain: 'acme.de' })).toEqual({ only: null, all: [] });
  });

  it('is one of the same name without a domain, although others have one', () => {
    const candidates = among({ a: { domain: null, name: 'Acme' }, b: { domain: 'globex.com', name: 'Globex' } }, companies);
    expect(candidates.match('r1', ACME)).toEqual({ only: 'a', all: ['a'] });
  });

  it('is found by name again once it has lost the domain that told it apart', () => {
    const candidates = among({ a: ACME }, companies);
    candidates.add('a', { domain: null, name: 'Acme' }, ACME);
    expect(candidates.match('r1', { ...ACME, domain: 'acme.de' })).toEqual({ only: 'a', all: ['a'] });
  });

  it('is found by name where the record has a domain at which anybody gets a mailbox', () => {
    const candidates = among({ a: ACME }, companies);
    expect(candidates.match('r1', { domain: 'gmail.com', name: 'Acme' })).toEqual({ only: 'a', all: ['a'] });
  });

  it('is not the one that is being made with such a domain, whatever a record has there', () => {
    const candidates = among({}, companies);
    candidates.making('a', { domain: 'gmail.com' });
    for (const domain of ['gmail.com', 'null']) expect(candidates.match('r1', { domain })).toEqual({ only: null, all: [] });
  });

  it('is nobody while one with its name is being made, but not one that is known by another domain (R4)', () => {
    const candidates = among({ a: ACME }, companies);
    candidates.making('a', { name: 'Acme' });
    expect(candidates.match('r1', { name: 'Acme' })).toEqual({ only: null, all: ['a'] });
    expect(candidates.match('r1', { ...ACME, domain: 'acme.de' })).toEqual({ only: null, all: [] });
  });
});

it('a person is one with any number of domains: these tell companies apart alone', () => {
  const people = compileMapping(defineContactSchema({ domain: { type: 'string' } }), {
    crmObject: 'Contact',
    fields: [
      { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
      { crm: 'Website', field: 'domain', direction: 'inbound' },
    ],
    matchKey: ['phone_number', 'domain'],
  });
  const candidates = among({ a: { phone_number: NUMBER, domain: 'acme.com' } }, people);
  expect(candidates.match('r1', { phone_number: NUMBER, domain: 'acme.de' })).toEqual({ only: 'a', all: ['a'] });
});

describe('a contact whose key changes', () => {
  const found = (candidates: Candidates, value = NUMBER) => candidates.match('r1', { phone_number: value }).all;

  it('is found by the new one alone', () => {
    const candidates = among({ a: { phone_number: NUMBER } });
    candidates.add('a', { phone_number: '+14155550199' }, { phone_number: NUMBER });
    expect(found(candidates)).toEqual([]);
    expect(found(candidates, '+14155550199')).toEqual(['a']);
  });

  it('leaves the old one to the others who have it', () => {
    const candidates = among({ a: { phone_number: NUMBER }, b: { phone_number: NUMBER }, c: { phone_number: NUMBER } });
    candidates.add('b', { phone_number: null }, { phone_number: NUMBER });
    expect(found(candidates)).toEqual(['a', 'c']);
  });

  it('does not take the old one from another contact, where it never was this one', () => {
    const candidates = among({ a: { phone_number: NUMBER } });
    candidates.add('b', { phone_number: '+14155550199' }, { phone_number: NUMBER });
    expect(found(candidates)).toEqual(['a']);
    candidates.add('b', {}, { phone_number: '+14155550100' });
    expect(found(candidates, '+14155550100')).toEqual([]);
  });

  it('keeps a key that stays, and its place', () => {
    const candidates = among({ a: { phone_number: NUMBER }, b: { phone_number: NUMBER } });
    candidates.add('a', { phone_number: NUMBER }, { phone_number: NUMBER });
    expect(found(candidates)).toEqual(['a', 'b']);
  });
});

it('a contact has another record where it was given one, or wants none', () => {
  const candidates = among({});
  candidates.take('a', 'r1');
  candidates.take('b', null);
  expect(candidates.hasOtherRecord('a', 'r1')).toBe(false);
  expect(candidates.hasOtherRecord('a', 'r2')).toBe(true);
  expect(candidates.hasOtherRecord('b', 'r1')).toBe(true);
  expect(candidates.hasOtherRecord('c', 'r1')).toBe(false);
});

describe('moves to a key that another contact keeps (R20)', () => {
  const held = () => among({ a: { phone_number: '1', email: 'x' }, b: { phone_number: '2' }, c: { phone_number: '3' } });
  const refused = (...moves: KeyMove[]) => [...held().refused(moves)].map(({ contactId, to }) => `${contactId} to ${to}`);

  it('are refused, and others are not', () => {
    expect(refused(move('a', '2'))).toEqual(['a to 2']);
    expect(refused(move('a', '4'))).toEqual([]);
    expect(refused()).toEqual([]);
  });

  it('are free where the holder leaves, also in a ring', () => {
    expect(refused(move('a', '2'), move('b', '4'))).toEqual([]);
    expect(refused(move('a', '2'), move('b', '1'))).toEqual([]);
    expect(refused(move('a', '2'), move('b', '3'), move('c', '1'))).toEqual([]);
  });

  it('are refused where the holder leaves another field only', () => {
    expect(refused(move('b', 'x', 'email'), move('a', '4'))).toEqual(['b to x']);
  });

  it('are refused one after another where the last of a row stays', () => {
    const row = among({ a: { phone_number: '1' }, b: { phone_number: '2' }, c: { phone_number: '3' }, d: { phone_number: '4' } });
    const moves = [move('a', '2'), move('b', '3'), move('c', '4')];
    expect([...row.refused(moves)]).toEqual(expect.arrayContaining(moves));
  });

  it('go to the first of two that want one key', () => {
    expect(refused(move('a', '4'), move('b', '4'))).toEqual(['b to 4']);
    expect(refused(move('a', '4'), move('b', '4', 'email'))).toEqual([]);
  });

  it('are refused to somebody who comes to share what several keep', () => {
    const shared = among({ a: { phone_number: '1' }, b: { phone_number: '2' }, c: { phone_number: '2' } });
    expect([...shared.refused([move('a', '2'), move('b', '4')])]).toEqual([move('a', '2')]);
    expect([...shared.refused([move('a', '2'), move('b', '4'), move('c', '5')])]).toEqual([]);
  });

  it('are never refused to a name that other companies have, as they are to a domain', () => {
    const named = among({ a: { name: 'Acme' }, b: { name: 'Globex' }, c: { name: 'Initech' } }, companies);
    expect([...named.refused([move('a', 'Initech', 'name'), move('b', 'Initech', 'name')])]).toEqual([]);
    const moves = [move('a', 'acme.com', 'domain'), move('b', 'acme.com', 'domain')];
    expect([...named.refused(moves)]).toEqual([moves[1]]);
  });
});
