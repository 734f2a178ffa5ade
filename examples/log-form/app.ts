import {
  type BoundAnswer,
  type BoundSubmission,
  bindSubmission,
  type CrmSyncEngine,
  CrmSyncError,
  type FormInput,
  type Issue,
  isCrmSyncError,
  type LoadFailure,
  type LogForm,
  type LogOption,
  type Match,
  resolveLogForm,
  type StepRefusal,
} from 'crm-sync-engine';
import { Hono } from 'hono';
import { type CallTable, contextOf, phoneOf, type RunningCall } from './calls.ts';

/** What the host knows of a connection. */
export interface Desk {
  readonly engine: CrmSyncEngine;
  /** The objects in which a caller is looked for, with what people call one. */
  readonly objects: Readonly<Record<string, string>>;
  readonly form: LogForm;
  readonly calls: CallTable;
  /** The user's own settings. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The options of a field with `dynamicOptions`, from wherever the host has them. */
  readonly loadOptions: (key: string) => Promise<readonly LogOption[]>;
  /** The activity as the CRM has it, for people. */
  readonly show: (record: { readonly object: string; readonly id: string }) => object;
}

/** A desk at which calls are logged. Who may see which connection is the product's to check, before this. */
export function logFormApp(deskFor: (connection: string) => Promise<Desk>) {
  return (
    new Hono()
      .get('/connections/:id/calls', async (c) => {
        const { calls } = await deskFor(c.req.param('id'));
        return c.json(calls.list().map(([call, row]) => ({ call, phone: phoneOf(row), direction: directionOf(row), about: row.about })));
      })
      // The phone rings: one local read, then one search and one batched read of what the form asks for, however many there are.
      .post('/connections/:id/calls/:call/ring', async (c) => {
        const { id, call } = c.req.param();
        const desk = await deskFor(id);
        const { engine, form, objects, calls } = desk;
        const phone = phoneOf(callOf(desk, call));
        const [matches, loaded] = await Promise.all([
          engine.lookUp(phone, { forms: [form], objects: Object.keys(objects), timeLimitMs: 1_500 }),
          loadAll(desk),
        ]);
        calls.keep(call, { matches, loaded });
        return c.json({ phone, matches: matches.map((match) => shownMatch(desk, match)) });
      })
      // The form for one match: fields, options, values with their source, and every open question with its reason.
      .get('/connections/:id/calls/:call/form/:record', async (c) => {
        const { id, call, record } = c.req.param();
        const desk = await deskFor(id);
        return c.json(resolveLogForm(desk.form, { ...inputOf(desk, call, record), answers: jsonOf(c.req.query('answers')) }));
      })
      .post('/connections/:id/calls/:call/options/:key', async (c) => {
        const { id, call, key } = c.req.param();
        const desk = await deskFor(id);
        desk.calls.keep(call, { loaded: { ...callOf(desk, call).loaded, [key]: await load(desk, key) } });
        return c.json({});
      })
      // The person submits.
      .post('/connections/:id/calls/:call/form/:record', async (c) => {
        const { id, call, record } = c.req.param();
        const desk = await deskFor(id);
        const { answers } = jsonOf(await c.req.text());
        const submission = bindSubmission(desk.form, inputOf(desk, call, record), answers);
        if (!submission.ok) return c.json({ issues: submission.issues }, 422);

        const { conversation, answered } = callOf(desk, call);
        const step = await desk.engine.logActivity(conversation, { submission: submission.value });
        if (step.refused.length > 0) return c.json({ issues: step.refused.map(issueOf) }, 422); // the CRM would not take it
        if (step.record !== null) desk.calls.keep(call, { record: step.record, answered: answeredAfter(answered, submission.value) });
        return c.json(step);
      })
      .get('/connections/:id/calls/:call/activity', async (c) => {
        const { id, call } = c.req.param();
        const desk = await deskFor(id);
        const { record } = callOf(desk, call);
        return c.json({ activity: record === undefined ? null : desk.show(record) });
      })
      .onError((error, c) => {
        if (!isCrmSyncError(error)) throw error;
        return c.json({ code: error.code, remedy: error.remedy }, error.category === 'not_found' ? 404 : error.retryable ? 503 : 500);
      })
  );
}

/** A call that is logged already shows what was answered, and changes only that. */
function inputOf(desk: Desk, call: string, record: string): FormInput {
  const row = callOf(desk, call);
  const match = row.matches?.find((one) => one.record?.recordId === record);
  if (match === undefined) throw notFound('unknown_match', 'Look the number up again.');
  const { loaded, answered } = row;
  return { match, context: contextOf(row), settings: desk.settings, ...(loaded && { loaded }), ...(answered && { stored: answered }) };
}

function answeredAfter(answered: RunningCall['answered'], { answers }: BoundSubmission): NonNullable<RunningCall['answered']> {
  const given = Object.entries(answers as Record<string, BoundAnswer>).filter(([, { action }]) => action !== 'untouched');
  return { ...answered, ...Object.fromEntries(given.map(([key, answer]) => [key, answer.action === 'set' ? answer.value : null])) };
}

/** One list that does not come keeps nobody from logging the call: its field says so. */
const load = (desk: Desk, key: string): Promise<readonly LogOption[] | LoadFailure> =>
  desk.loadOptions(key).catch(() => ({ failed: true }));

async function loadAll(desk: Desk): Promise<NonNullable<RunningCall['loaded']>> {
  const keys = desk.form.fields.flatMap((field) => (field.type === 'selection' && field.dynamicOptions ? [field.key] : []));
  return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await load(desk, key)] as const)));
}

function callOf({ calls }: Desk, call: string): RunningCall {
  const row = calls.get(call);
  if (row === undefined) throw notFound('unknown_call', 'Take a call from the list.');
  return row;
}

const shownMatch = ({ objects }: Desk, { record, contact }: Match) => ({
  record: record?.recordId ?? null,
  name: record?.label ?? String(contact?.fields.first_name ?? 'Without a name'),
  detail: record === null ? 'Not in the CRM' : (objects[record.object] ?? record.object),
});
const directionOf = (row: RunningCall) => (contextOf(row) === 'outboundCall' ? 'outbound' : 'inbound');
const issueOf = ({ field, ...problem }: StepRefusal): Issue => ({ path: [field], ...problem });
const notFound = (code: string, remedy: string) => new CrmSyncError('It is not known here.', { code, category: 'not_found', remedy });

/** What a page sent, which may be anything; `bindSubmission` minds its members. */
function jsonOf(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(text ?? '{}');
    return typeof read === 'object' && read !== null ? (read as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
