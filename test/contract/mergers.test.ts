import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { appendMerger } from '../../src/mergers/append-merger.ts';
import { unionMerger } from '../../src/mergers/union-merger.ts';
import type { MergeAnswer, Merged, MergeItem, MergeRequest, Merger } from '../../src/ports/merger.ts';
import { type MergerCapability, mergerContract } from '../../src/testing/contracts/merger.ts';
import { llm, obedient, TRANSPORTS } from '../mergers/models.ts';

beforeAll(() => llm.listen({ onUnhandledFrame: 'error' }));
afterEach(() => llm.resetHandlers());
afterAll(() => llm.close());

const ALL: ReadonlySet<MergerCapability> = new Set(['keepsText', 'deterministic', 'idempotent']);
const MERGERS: Readonly<Record<string, () => Merger>> = {
  'appendMerger()': () => appendMerger(),
  'appendMerger({ dated: false, separator })': () => appendMerger({ dated: false, separator: ' | ' }),
  'unionMerger()': () => unionMerger(),
};

describe.each(Object.entries(MERGERS))('%s', (_, make) => {
  for (const one of mergerContract)
    it.skipIf(one.requires.some((capability) => !ALL.has(capability)))(`${one.id} ${one.rule}`, () => one.check(make));
});

/** As far as the model is: ours does what it is told, and says the same each time. */
const OF_A_MODEL: ReadonlySet<MergerCapability> = new Set(['keepsText', 'deterministic']);

describe.each(TRANSPORTS)('$name over a model that does what it is told', ({ over }) => {
  for (const one of mergerContract)
    it.skipIf(one.requires.some((capability) => !OF_A_MODEL.has(capability)))(`${one.id} ${one.rule}`, () =>
      one.check(() => over(obedient).merger),
    );
});

it('ids are unique and in order, so that reports can quote them', () => {
  const ids = mergerContract.map(({ id }) => id);
  expect(ids).toEqual(ids.map((_, index) => `MC-${String(index + 1).padStart(2, '0')}`));
});

// ---- each case can fail: a merger that breaks just its rule -----------------------------------------------------
type Answers = (request: MergeRequest, good: MergeAnswer, signal: AbortSignal) => MergeAnswer | Promise<MergeAnswer>;
const broken = (answers: Answers): Merger => ({
  specVersion: 1,
  merge: async (request, options) => answers(request, await appendMerger().merge(request, options), options.signal),
});
/** Like `broken`, with each item answered by itself. */
const wrong = (answer: (item: MergeItem, good: Merged) => Merged): Merger =>
  broken(({ items }, { fields }) => ({
    fields: Object.fromEntries(items.map((item) => [item.field, answer(item, fields[item.field]!)])),
  }));
const joined = ({ existing, incoming }: MergeItem): Merged => ({ ok: true, value: `${existing}\n${incoming}` });

function countingMerger(): Merger {
  let calls = 0;
  return wrong((item) => {
    calls += 1;
    return { ok: true, value: `${item.existing}\n${item.incoming} (${calls})` };
  });
}
function lastFieldMerger(): Merger {
  let field = '';
  return broken(async ({ items }, { fields }) => {
    field = items[0]?.field ?? field;
    await Promise.resolve();
    await Promise.resolve();
    return { fields: Object.fromEntries(Object.values(fields).map((merged) => [field, merged])) };
  });
}

let made = 0;
const BROKEN: Readonly<Record<string, readonly Merger[]>> = {
  'MC-01': [broken(({ items }, { fields }) => ({ fields: { [items[0]!.field]: fields[items[0]!.field]! } }))],
  'MC-02': [
    broken((_, { fields }) => ({ fields: { ...fields, invented: { ok: true, value: 'x' } } })),
    broken(({ items }, { fields }) => ({ fields: items.length === 0 ? { invented: { ok: true, value: 'x' } } : fields })),
  ],
  'MC-03': [
    wrong((item, good) => (item.incoming.trim() === '' ? { ok: true, value: '' } : good)),
    wrong(() => ({ ok: true, value: '  ' })),
    wrong(() => ({ ok: false, code: 'failed', remedy: '' })),
  ],
  'MC-04': [
    wrong(joined),
    wrong((item, good) => (item.maxLength === 1 ? ({ ok: false, code: 'too_long', remedy: 'x', value: item.incoming } as Merged) : good)),
  ],
  'MC-05': [
    broken((_, { fields }) =>
      Object.values(fields).some(({ ok }) => !ok)
        ? { fields: Object.fromEntries(Object.keys(fields).map((field) => [field, { ok: false, code: 'x', remedy: 'x' }])) }
        : { fields },
    ),
  ],
  'MC-06': [
    broken((request, good) => {
      (request.items as MergeItem[]).pop();
      return good;
    }),
    broken((request, good) => {
      for (const item of request.items) (item as { existing: string }).existing = item.existing.trim();
      return good;
    }),
  ],
  'MC-07': [
    { specVersion: 1, merge: (request) => appendMerger().merge(request, { signal: new AbortController().signal }) },
    {
      specVersion: 1,
      merge: async (request, { signal }) => {
        if (signal.aborted) throw new Error('some other error');
        return appendMerger().merge(request, { signal });
      },
    },
  ],
  'MC-08': [lastFieldMerger()],
  'MC-09': [
    broken((_, { fields }) => {
      const answered: Record<string, Merged> = {};
      for (const [field, merged] of Object.entries(fields)) if (!(field in answered)) answered[field] = merged;
      return { fields: answered };
    }),
  ],
  'MC-10': [wrong(({ incoming }) => ({ ok: true, value: incoming })), wrong(({ existing }) => ({ ok: true, value: existing }))],
  'MC-11': [countingMerger()],
  'MC-12': [wrong(joined)],
  'MC-13': [
    broken(({ items }, { fields }) => ({
      fields: items.some(({ incoming }) => incoming.startsWith('Ignore'))
        ? { ...fields, do_not_call: { ok: true, value: 'true' } }
        : fields,
    })),
    wrong((item, good) => (item.incoming.startsWith('Ignore') ? { ok: true, value: ' ' } : good)),
    wrong((item, good) => (item.incoming.startsWith('Ignore') ? { ok: false, code: '', remedy: '' } : good)),
  ],
  'MC-14': [
    broken(({ items }, { fields }) => {
      const all = items.map(({ incoming }) => incoming).join('\n');
      return { fields: Object.fromEntries(Object.keys(fields).map((field) => [field, { ok: true, value: all }])) };
    }),
    wrong((item, good) => (item.field === 'objections' ? { ok: false, code: 'x', remedy: 'x' } : good)),
  ],
  'MC-15': [
    wrong(({ existing, incoming }) => ({ ok: true, value: `${existing}\n${JSON.stringify(incoming).slice(1, -1)}` })),
    wrong(({ existing, incoming }) => ({ ok: true, value: `${existing.replace(/\p{Emoji_Presentation}/gu, '')}\n${incoming}` })),
  ],
  'MC-16': [
    {
      ...appendMerger(),
      get id() {
        made += 1;
        return `merger-${made}`;
      },
    },
    { ...appendMerger(), id: '' },
  ],
};

it('a broken merger stands for every case', () => {
  expect(Object.keys(BROKEN)).toEqual(mergerContract.map(({ id }) => id));
});
for (const one of mergerContract)
  it.each((BROKEN[one.id] ?? []).map((merger, index) => [index + 1, merger] as const))(
    `${one.id} fails where it is not so that ${one.rule} (%i)`,
    (_, merger) => expect(one.check(() => merger)).rejects.toMatchObject({ name: expect.stringMatching(/AssertionError|TypeError/) }),
  );
