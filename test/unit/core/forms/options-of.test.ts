import { describe, expect, it } from 'vitest';
import type { FormInput } from '../../../../src/core/forms/form-input.ts';
import type { LoadedOption, SelectionField } from '../../../../src/core/forms/log-form.ts';
import { dependsOnType, optionsOf } from '../../../../src/core/forms/options-of.ts';

const OPEN: LoadedOption = { const: 'o', title: 'Open', open: true };
const CLOSED: LoadedOption = { const: 'c', title: 'Closed', open: false };
const BOTH = [CLOSED, OPEN];
const NONE = { are: 'ready', options: [] };
const WAITING = { are: 'waiting', options: [] };
const offered = (more: Partial<SelectionField>, input: Partial<FormInput> = {}, contactType: string | null = null) =>
  optionsOf({ key: 'deal', title: 'Deal', type: 'selection', ...more }, { context: 'inboundCall', ...input }, contactType);
const ready = (...options: LoadedOption[]) => ({ are: 'ready', options });

describe('a selection', () => {
  it('without a place for its options offers none', () => expect(offered({})).toEqual(NONE));
  it('with a list of its own offers it', () => expect(offered({ options: BOTH })).toEqual(ready(...BOTH)));

  it.each<readonly [string, Partial<FormInput>, object]>([
    ['offers what is loaded', { loaded: { deal: BOTH } }, ready(...BOTH)],
    ['tells that there are more', { loaded: { deal: BOTH }, more: ['deal'] }, { ...ready(...BOTH), isPartial: true }],
    ['tells it of no other field', { loaded: { deal: BOTH }, more: ['ticket'] }, ready(...BOTH)],
    ['waits where nothing is loaded', {}, WAITING],
    ['waits for a list that is null', { loaded: { deal: null as never } }, WAITING],
    ['does not wait for a list that is empty', { loaded: { deal: [] } }, NONE],
  ])('with dynamic options %s', (_, input, expected) => {
    const found = offered({ dynamicOptions: true }, input);
    expect(found).toStrictEqual(expected);
  });
});

describe('options by type of contact', () => {
  const byContactType = { Lead: [OPEN], null: [CLOSED] };
  it.each<readonly [string | null, object]>([
    ['Lead', ready(OPEN)],
    ['Contact', NONE],
    ['constructor', NONE],
    [null, NONE],
  ])('are those of the type: %s', (type, expected) => {
    expect(offered({ options: { byContactType } }, {}, type)).toEqual(expected);
  });

  const options = { account: 'lists', propertyByContactType: { Lead: 'leads', null: 'leads' } };
  it.each<readonly [string | null, object]>([
    ['Lead', ready(OPEN)],
    ['Contact', NONE],
    [null, NONE],
  ])('of an account are those of the type: %s', (type, expected) => {
    expect(offered({ options }, { account: { lists: { leads: [OPEN] } } }, type)).toEqual(expected);
  });
  it('of an account are none where the account has the same list for everybody', () =>
    expect(offered({ options }, { account: { lists: BOTH } }, 'Contact')).toEqual(NONE));

  it.each<readonly [string, Partial<SelectionField>, boolean]>([
    ['that the field says', { contactTypeDependent: true, dynamicOptions: true }, true],
    ['of a list for each type', { options: { byContactType } }, true],
    ['of a property for each type', { options }, true],
    ['not of a list', { options: BOTH }, false],
    ['not of an association', { options: { association: 'deals' } }, false],
    ['not of a list of the account', { options: { account: 'lists', property: 'queues' } }, false],
    ['not of what is loaded', { contactTypeDependent: false, dynamicOptions: true }, false],
  ])('may be others for another type: %s', (_, more, expected) => {
    expect(dependsOnType({ key: 'deal', title: 'Deal', type: 'selection', ...more })).toBe(expected);
  });
});

describe('options of a match', () => {
  const association = { options: { association: 'deals' } };
  const matched = (more: object) => ({ match: { options: { deals: BOTH, deal: BOTH }, ...more } });

  it.each<readonly [string, Partial<FormInput>]>([
    ['is not looked up', {}],
    ['is nobody', { match: null }],
  ])('are none where it %s', (_, input) => expect(offered(association, input)).toEqual(NONE));

  it('stand in their order, and open ones first only where the field says so', () => {
    expect(offered(association, matched({}))).toEqual(ready(CLOSED, OPEN));
    expect(offered({ contactDependent: true }, matched({}))).toEqual(ready(CLOSED, OPEN));
    expect(offered({ options: { association: 'deals', openFirst: true } }, matched({}))).toEqual(ready(OPEN, CLOSED));
  });

  it('that are more than were loaded are told to be a part', () => {
    expect(offered(association, matched({ more: ['deals'] }))).toEqual({ ...ready(...BOTH), isPartial: true });
    expect(offered(association, matched({ more: ['tickets'] }))).toStrictEqual(ready(...BOTH));
  });

  it('that nobody published are told by their name', () => {
    expect(offered(association, { match: { options: {} } })).toEqual({
      ...NONE,
      note: {
        path: ['deal'],
        code: 'options_not_published',
        message: 'has no options `deals` in the match',
        remedy: 'Look the number up with this form, or publish the options under this name.',
      },
    });
  });

  it('that could not be loaded are told', () => {
    expect(offered(association, { match: { options: { deals: { failed: true } } } })).toEqual({
      are: 'failed',
      options: [],
      note: {
        path: ['deal'],
        code: 'options_failed',
        message: 'has options that could not be loaded',
        remedy: 'Show the form without these options, or load them again.',
      },
    });
  });

  it('that the CRM never ties to such a record are told, with what to do', () => {
    const because = { deals: { code: 'lead_without_ties', remedy: 'Convert the lead.' } };
    expect(offered(association, { match: { options: { deals: [] }, because } })).toEqual({
      ...NONE,
      note: { path: ['deal'], code: 'never_tied', message: 'has no options for such a record', remedy: 'Convert the lead.' },
    });
  });
});
