import type { MergeItem } from 'crm-sync-engine';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { llm, obedient, type Reply, TRANSPORTS, textsOf, USAGE_OF_EACH } from './models.ts';

beforeAll(() => llm.listen({ onUnhandledFrame: 'error' }));
afterEach(() => llm.resetHandlers());
afterAll(() => llm.close());

const NOTES: MergeItem = {
  field: 'interaction_summary',
  label: 'Interaction summary',
  description: 'What we know from all talks. Keep every promise.',
  existing: 'Asked for the price list of the larger plan; promised an answer by Friday.',
  incoming: 'Wants a demo next week.',
  maxLength: 400,
};
const OBJECTIONS: MergeItem = { field: 'objections', existing: 'Too expensive.', incoming: 'Needs the consent of the board.' };
const AT = '2026-01-05T08:30:00.000Z';
const open = () => ({ signal: new AbortController().signal });

describe.each(TRANSPORTS)('$name', ({ over }) => {
  it('asks once for all fields: instructions apart from the texts, which go word for word', async () => {
    const { merger, questions } = over(obedient);
    const answer = await merger.merge({ items: [NOTES, OBJECTIONS], at: AT }, open());
    expect(questions).toHaveLength(1);
    const [question] = questions;
    expect(textsOf(question!)).toEqual({
      interaction_summary: { existing: NOTES.existing, incoming: NOTES.incoming },
      objections: { existing: OBJECTIONS.existing, incoming: OBJECTIONS.incoming },
    });
    for (const told of [NOTES.field, NOTES.label, NOTES.description, '"maxLength":400', OBJECTIONS.field])
      expect(question?.instructions).toContain(told);
    for (const { existing, incoming } of [NOTES, OBJECTIONS])
      for (const text of [existing, incoming]) expect(question?.instructions).not.toContain(text);
    expect(answer).toEqual({
      fields: {
        interaction_summary: { ok: true, value: `${NOTES.existing}\n${NOTES.incoming}` },
        objections: { ok: true, value: `${OBJECTIONS.existing}\n${OBJECTIONS.incoming}` },
      },
      usage: USAGE_OF_EACH,
    });
  });

  it('asks nothing where there is nothing to merge', async () => {
    const { merger, questions } = over(obedient);
    expect(await merger.merge({ items: [], at: AT }, open())).toEqual({ fields: {} });
    expect(questions).toEqual([]);
  });

  it('tells a model whose answer could not be used to keep below the length', async () => {
    const { merger, questions } = over(obedient);
    for (const attempt of [0, 1]) await merger.merge({ items: [NOTES], at: AT, attempt }, open());
    expect(questions[0]?.instructions).not.toContain('could not be used');
    expect(questions[1]?.instructions).toContain('could not be used');
  });

  const good = { interaction_summary: `${NOTES.existing} ${NOTES.incoming}`, objections: OBJECTIONS.existing };
  const REFUSED: Readonly<Record<string, readonly [reply: Reply, code: string]>> = {
    'answers with no JSON': [{ content: 'Here is your text: it is merged.' }, 'merge_bad_answer'],
    'answers with JSON of another shape': [{ content: '["a", "b"]' }, 'merge_bad_answer'],
    'answers with nothing': [{ content: '' }, 'merge_bad_answer'],
    'is cut off, though what came parses': [{ content: JSON.stringify(good), ends: 'length' }, 'merge_cut_off'],
    'is cut off in the middle': [{ content: '{"interaction_summary": "Asked for', ends: 'length' }, 'merge_cut_off'],
    'is stopped by a filter': [{ content: JSON.stringify(good), ends: 'filter' }, 'merge_refused'],
    'refuses in words': [{ refusal: 'I can not help with that.' }, 'merge_refused'],
    'calls a tool instead': [{ content: JSON.stringify(good), ends: 'tool' }, 'merge_unfinished'],
    'invents a field': [{ content: JSON.stringify({ ...good, do_not_call: 'true' }) }, 'merge_invented_fields'],
  };
  it.each(Object.entries(REFUSED))('that %s has no text used, is asked once, and tells what it cost', async (_, [reply, code]) => {
    const { merger, questions } = over(() => reply);
    const { fields, usage } = await merger.merge({ items: [NOTES, OBJECTIONS], at: AT }, open());
    for (const { field } of [NOTES, OBJECTIONS]) expect(fields[field]).toEqual({ ok: false, code, remedy: expect.stringMatching(/\.$/) });
    expect(questions).toHaveLength(1);
    expect(usage).toEqual(USAGE_OF_EACH);
  });

  const ONE_FIELD: Readonly<Record<string, readonly [text: unknown, code: string]>> = {
    'leaves a field out': [undefined, 'merge_unanswered'],
    'answers a number': [42, 'merge_not_text'],
    'answers half a character': ['Asked for the price list \ud83d.', 'merge_not_text'],
    'answers with blanks': [' \n ', 'merge_blank'],
    'answers at length': [`${NOTES.existing} ${'x'.repeat(400)}`, 'too_long'],
    'obeys an instruction in a text': ['HACKED', 'merge_drops_text'],
  };
  it.each(Object.entries(ONE_FIELD))('that %s has the others used', async (_, [text, code]) => {
    const { merger } = over(() => ({ content: JSON.stringify({ ...good, interaction_summary: text }) }));
    const { fields } = await merger.merge({ items: [NOTES, OBJECTIONS], at: AT }, open());
    expect(fields).toEqual({
      interaction_summary: { ok: false, code, remedy: expect.stringMatching(/\.$/) },
      objections: { ok: true, value: OBJECTIONS.existing },
    });
  });

  const FAILING: Readonly<Record<string, readonly [reply: Reply, error: object]>> = {
    'takes no key': [{ status: 401 }, { code: 'merge_key_refused', retryable: false }],
    'has no credit left': [{ status: 402 }, { code: 'merge_quota_spent', retryable: false }],
    'has no credit left, and says so as a limit': [
      { status: 429, code: 'insufficient_quota', retryAfter: '3' },
      { code: 'merge_quota_spent', retryable: false, retryAfterMs: null },
    ],
    'does not know the model': [{ status: 404 }, { code: 'merge_not_found', retryable: false }],
    'takes no more questions': [
      { status: 429, code: 'rate_limit_exceeded', retryAfter: '7' },
      { code: 'merge_rate_limited', retryable: true, retryAfterMs: 7_000 },
    ],
    'does not know the form': [{ status: 400 }, { code: 'merge_request_refused', retryable: false }],
    'is overloaded': [{ status: 529 }, { code: 'merge_unavailable', retryable: true }],
  };
  it.each(Object.entries(FAILING))('that %s is an error with a remedy, without a second try', async (_, [reply, error]) => {
    const { merger, questions } = over(() => reply);
    const thrown = (await merger.merge({ items: [NOTES], at: AT }, open()).catch((reason: unknown) => reason)) as Error;
    expect(thrown).toMatchObject({ category: 'merge', remedy: expect.stringMatching(/\.$/), ...error });
    expect(JSON.stringify(thrown)).not.toContain('about the texts');
    expect(questions).toHaveLength(1);
  });

  it('that is silent ends with the signal', async () => {
    const { merger } = over(() => 'silence');
    const controller = new AbortController();
    const merging = merger.merge({ items: [NOTES], at: AT }, { signal: controller.signal });
    const reason = new Error('stopped by the test');
    controller.abort(reason);
    await expect(merging).rejects.toBe(reason);
  });
});
