import { beforeEach, describe, expect, it } from 'vitest';
import { logFormApp } from '../../examples/log-form/app.ts';
import { hubspotDesk } from '../../examples/log-form/hubspot.ts';
import { salesforceDesk } from '../../examples/log-form/salesforce.ts';

type Json = Record<string, unknown>;

/** A page that talks to the desk. */
function pageOf(app: ReturnType<typeof logFormApp>) {
  const ask = async (
    path: string,
    body?: unknown,
    type = 'application/json',
  ): Promise<{ readonly status: number; readonly json: Json }> => {
    const post = { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers: { 'content-type': type } };
    const response = await app.request(`/connections/acme${path}`, body === undefined ? {} : post);
    return { status: response.status, json: (await response.json()) as Json };
  };
  return {
    ask,
    ring: async (call: string) => (await ask(`/calls/${call}/ring`, {})).json['matches'] as readonly { record: string; name: string }[],
    form: async (call: string, record: string, answers: Json = {}, more: Record<string, string> = {}) =>
      (await ask(`/calls/${call}/form/${record}?${new URLSearchParams({ answers: JSON.stringify(answers), ...more })}`)).json as Json & {
        fields: readonly { key: string; options?: readonly { const: string; title: string }[] }[];
        more: readonly string[];
        values: Json;
        sources: Json;
        questions: readonly { field: string; code: string }[];
      },
    submit: (call: string, record: string, answers: unknown) => ask(`/calls/${call}/form/${record}`, { answers }),
    activity: async (call: string) =>
      (await ask(`/calls/${call}/activity`)).json['activity'] as Json & {
        ties: readonly { title: string }[];
        fields: readonly { name: string; value: string }[];
      },
  };
}
type Page = ReturnType<typeof pageOf>;
type Form = Awaited<ReturnType<Page['form']>>;

const optionOf = ({ fields }: Form, key: string, title: string): string =>
  fields.find((field) => field.key === key)!.options!.find((option) => option.title.includes(title))!.const;
const titlesOf = ({ ties }: Awaited<ReturnType<Page['activity']>>) => ties.map(({ title }) => title);

describe('a call of HubSpot', () => {
  let page: Page;
  let record: string;
  let form: Form;
  beforeEach(async () => {
    const desk = await hubspotDesk();
    page = pageOf(logFormApp(() => Promise.resolve(desk)));
    [{ record }] = (await page.ring('hs-1')) as unknown as [{ record: string }];
    form = await page.form('hs-1', record);
  });

  it('comes with a form that says what it proposes and why, and asks what nothing decides', () => {
    expect(form.values).toMatchObject({ deal: null, ticket: expect.any(String), product: null, billable: null, follow_up: false });
    expect(form.sources).toMatchObject({ ticket: 'single_option', follow_up: 'default' });
    expect(form.questions.map(({ field, code }) => `${field} ${code}`)).toEqual(['deal several_options', 'billable several_options']);
    expect(form.fields.find(({ key }) => key === 'deal')?.options).toMatchObject([
      { title: expect.any(String), open: true },
      { title: expect.any(String), open: true },
      { title: 'Pilot', open: false, description: 'Closed Won' },
    ]);
  });

  it('is not logged while something is open or wrong, and all of it is told at once', async () => {
    const { status, json } = await page.submit('hs-1', record, { deal: 'no such deal', next_step: 'x'.repeat(501), colour: 'red' });
    expect(status).toBe(422);
    expect((json['issues'] as { path: string[]; code: string }[]).map(({ path, code }) => `${path[0]} ${code}`)).toEqual([
      'colour unknown_field',
      'deal not_offered',
      'next_step too_long',
      'billable several_options',
    ]);
    expect(await page.activity('hs-1')).toBeNull();
  });

  it('is logged with what was answered and what was proposed, once', async () => {
    const answers = { deal: optionOf(form, 'deal', 'Renewal 2027'), billable: 'billable', next_step: 'Send the draft.', follow_up: true };
    expect((await page.submit('hs-1', record, answers)).json).toMatchObject({ status: 'done' });
    expect((await page.submit('hs-1', record, answers)).json).toMatchObject({ status: 'unchanged' });
    const activity = await page.activity('hs-1');
    expect(titlesOf(activity)).toEqual(['Alice', 'Renewal 2027', 'Cannot log in']);
    expect(Object.fromEntries(activity.fields.map(({ name, value }) => [name, value]))).toEqual({
      billable_status: 'billable',
      next_step: 'Send the draft.',
      needs_follow_up: 'true',
    });
  });

  it('is changed afterwards: another deal takes the place of the first, none takes the ticket away, the rest stays', async () => {
    await page.submit('hs-1', record, { deal: optionOf(form, 'deal', 'Renewal 2027'), billable: 'billable' });
    const again = await page.form('hs-1', record);
    expect([again.sources['deal'], again.values['billable'], again.questions]).toEqual(['stored', 'billable', []]);
    const answers = { deal: optionOf(form, 'deal', 'Fleet expansion'), ticket: null };
    expect((await page.submit('hs-1', record, answers)).json).toMatchObject({ status: 'done' });
    expect(titlesOf(await page.activity('hs-1'))).toEqual(['Alice', 'Fleet expansion']);
  });

  it('can be logged while the options of one field are away; once they are there it gives a page, and searches', async () => {
    const product = async (answers: Json = {}) => (await page.form('hs-1', record, answers)).fields.find(({ key }) => key === 'product')!;
    expect(await product()).toMatchObject({ optionsAre: 'failed' });
    const { json } = await page.submit('hs-1', record, { product: 'V-149' });
    expect(json['issues']).toContainEqual(expect.objectContaining({ path: ['product'], code: 'options_not_loaded' }));

    await page.ask('/calls/hs-1/options/product', {});
    expect((await product()).options).toHaveLength(25);
    expect((await page.form('hs-1', record)).more).toEqual(['product']);
    await page.ask('/calls/hs-1/options/product', { search: 'v-149' });
    expect((await product()).options).toEqual([{ const: 'V-149', title: 'Valve V-149' }]);
    await page.ask('/calls/hs-1/options/product', { search: 'pump', answers: { product: 'V-149' } });
    expect((await page.form('hs-1', record, { product: 'V-149' })).values['product']).toBe('V-149');
    expect((await page.submit('hs-1', record, { product: 'V-149', deal: 'none', billable: 'billable' })).json).toMatchObject({
      status: 'done',
    });
    expect((await page.activity('hs-1')).fields).toContainEqual({ name: 'product', value: 'V-149' });
  });

  it('that several people may have made is logged for the one who was chosen', async () => {
    const people = await page.ring('hs-2');
    expect(people.map(({ name }) => name).toSorted()).toEqual(['Bob Jones', 'Carol Jones']);
    const carol = people.find(({ name }) => name === 'Carol Jones')!.record;
    await page.submit('hs-2', carol, { deal: 'none', billable: 'billable' });
    expect(titlesOf(await page.activity('hs-2'))).toEqual(['Carol']);
  });

  it('that goes out has the default of its own', async () => {
    const [dana] = await page.ring('hs-3');
    const { values, sources } = await page.form('hs-3', dana!.record);
    expect([values['billable'], sources['billable']]).toEqual(['non_billable', 'setting']);
  });

  it.each([
    ['a call that is not there', '/calls/hs-9/ring', {}, 404],
    ['somebody whose number it is not', '/calls/hs-1/form/999999', undefined, 404],
    ['no JSON', '/calls/hs-1/form/RECORD', '{"answers":', 422],
    ['a list', '/calls/hs-1/form/RECORD', [], 422],
    ['answers that are none', '/calls/hs-1/form/RECORD', { answers: 'all' }, 422],
  ])('is answered for %s', async (_, path, body, status) => {
    expect((await page.ask(path.replace('RECORD', record), body)).status).toBe(status);
  });

  it('is not rung by a page of another site', async () => {
    expect((await page.ask('/calls/hs-1/ring', '{}', 'text/plain')).status).toBe(415);
  });
});

describe('a call of Salesforce', () => {
  it('has one tie: two proposals are a question, and an answer settles it', async () => {
    const desk = await salesforceDesk();
    const page = pageOf(logFormApp(() => Promise.resolve(desk)));
    const [erin] = await page.ring('sf-1');
    const form = await page.form('sf-1', erin!.record);
    expect(form.questions.map(({ field, code }) => `${field} ${code}`)).toEqual(['opportunity one_tie_only']);
    const both = { opportunity: optionOf(form, 'opportunity', 'Cold chain'), case: optionOf(form, 'case', 'Late delivery') };
    expect((await page.submit('sf-1', erin!.record, both)).json).toMatchObject({ issues: [{ path: ['case'], code: 'one_tie_only' }] });
    const answer = { case: both.case, next_step: 'Ask the driver' };
    expect((await page.form('sf-1', erin!.record, answer)).values).toMatchObject({ opportunity: null, case: both.case });
    expect((await page.submit('sf-1', erin!.record, answer)).json).toMatchObject({ status: 'done' });
    const activity = await page.activity('sf-1');
    expect(titlesOf(activity)).toEqual(['Erin Hill', 'Late delivery']);
    expect(activity.fields).toContainEqual({ name: 'Next_Step__c', value: 'Ask the driver' });
  });

  it('of a lead has nothing to tie', async () => {
    const desk = await salesforceDesk();
    const page = pageOf(logFormApp(() => Promise.resolve(desk)));
    const [frank] = await page.ring('sf-2');
    expect(frank).toMatchObject({ name: 'Frank Moss', detail: 'Lead' });
    expect((await page.submit('sf-2', frank!.record, { call_back: true })).json).toMatchObject({ status: 'done' });
    expect(titlesOf(await page.activity('sf-2'))).toEqual(['Frank Moss']);
  });
});

describe('a call of nobody', () => {
  it('makes what was chosen, a lead, with the call logged on it, once; then it is somebody', async () => {
    const desk = await salesforceDesk();
    const page = pageOf(logFormApp(() => Promise.resolve(desk)));
    expect(await page.ring('sf-3')).toEqual([]);
    const form = await page.form('sf-3', 'new');
    expect(form.questions.map(({ field, code }) => `${field} ${code}`)).toEqual(['contactType several_contact_types']);
    const answers = { last_name: 'Ito', source: 'Partner Referral' };
    expect((await page.form('sf-3', 'new', answers, { contactType: 'Lead' })).values).toMatchObject(answers);
    expect((await page.form('sf-3', 'new', answers, { contactType: 'Contact' })).values).toEqual({
      first_name: null,
      last_name: 'Ito',
      source: null,
    });

    const submit = (body: Json) => page.ask('/calls/sf-3/form/new', body);
    expect((await submit({ answers: { last_name: 'Ito' } })).json).toMatchObject({
      issues: [{ path: ['contactType'], code: 'several_contact_types' }],
    });
    expect((await submit({ answers, contactType: 'Contact' })).json).toMatchObject({ issues: [{ path: ['source'], code: 'not_offered' }] });
    expect((await submit({ answers, contactType: 'Lead' })).json).toMatchObject({ status: 'done' });
    await submit({ answers, contactType: 'Lead' }); // the page was impatient
    expect(titlesOf(await page.activity('sf-3'))).toEqual(['Ito']);
    expect(await page.ring('sf-3')).toMatchObject([{ name: 'Ito', detail: 'Lead' }]);
  });
});
