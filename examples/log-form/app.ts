import {
  type BoundAnswer,
  type BoundSubmission,
  bindSubmission,
  type CrmSyncEngine,
  CrmSyncError,
  type FormInput,
  type Issue,
  isCrmSyncError,
  type LogForm,
  loadOptions,
  type Match,
  type OptionLoader,
  resolveLogForm,
  type StepRefusal,
} from 'crm-sync-engine';
import { Hono } from 'hono';
import { type CallTable, contextOf, phoneOf, type RunningCall } from './calls.ts';

/** Stands where a record would, for callers whom nobody knows. */
const NOBODY = 'new';
/** Options of one page of a field that is loaded. */
const PAGE = 25;

/** What the host knows of a connection. */
export interface Desk {
  readonly engine: CrmSyncEngine;
  /** The objects in which a caller is looked for, with what people call one. */
  readonly objects: Readonly<Record<string, string>>;
  readonly form: LogForm;
  /** For callers whom nobody knows. */
  readonly newContact: LogForm;
  readonly calls: CallTable;
  /** The user's own settings. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Where the options of fields with `dynamicOptions` come from, by key. */
  readonly loaders: Readonly<Record<string, OptionLoader>>;
  /** The activity as the CRM has it, for people. */
  readonly show: (record: { readonly object: string; readonly id: string }) => object;
}

/** A desk at which calls are logged. Who may see which connection is the product's to check, before this. */
export function logFormApp(deskFor: (connection: string) => Promise<Desk>) {
  return (
    new Hono()
      // A page of another site can post plain text here with the cookies of whoever opened it, and never JSON.
      .use(async (c, next) => {
        if (c.req.method !== 'POST' || c.req.header('content-type')?.startsWith('application/json')) return next();
        return c.json({ code: 'not_json', remedy: 'Send JSON, and say so in `content-type`.' }, 415);
      })
      .get('/connections/:id/calls', async (c) => {
        const { calls } = await deskFor(c.req.param('id'));
        return c.json(calls.list().map(([call, row]) => ({ call, phone: phoneOf(row), direction: directionOf(row), about: row.about })));
      })
      // The phone rings: one local read, then one search and one batched read of what the form asks for, however many there are.
      .post('/connections/:id/calls/:call/ring', async (c) => {
        const { id, call } = c.req.param();
        const desk = await deskFor(id);
        const { engine, form, objects, calls } = desk;
        const row = callOf(desk, call);
        const phone = phoneOf(row);
        const [matches, { loaded, more }] = await Promise.all([
          engine.lookUp(phone, { forms: [form], objects: Object.keys(objects), timeLimitMs: 1_500 }),
          loadOptions(form, { context: contextOf(row), loaders: desk.loaders, limit: PAGE, timeLimitMs: 1_500 }),
        ]);
        calls.keep(call, { matches, loaded, more });
        return c.json({ phone, matches: matches.map((match) => shownMatch(desk, match)) });
      })
      // The form for one match: fields, options, values with their source, and every open question with its reason.
      .get('/connections/:id/calls/:call/form/:record', async (c) => {
        const { id, call, record } = c.req.param();
        const desk = await deskFor(id);
        const { contactType, answers } = c.req.query();
        const shown =
          record === NOBODY
            ? resolveLogForm(desk.newContact, { ...newInputOf(desk, call, contactType), answers: jsonOf(answers) })
            : resolveLogForm(desk.form, { ...inputOf(desk, call, record), answers: jsonOf(answers) });
        return c.json({ ...shown, more: callOf(desk, call).more ?? [] });
      })
      // Somebody types into a field that has more options than are shown, or tries again what has failed.
      .post('/connections/:id/calls/:call/options/:key', async (c) => {
        const { id, call, key } = c.req.param();
        const { form, loaders, calls } = await deskFor(id);
        const row = callOf({ calls }, call);
        const { search, answers } = jsonOf(await c.req.text());
        const { loaded, more } = await loadOptions(form, {
          context: contextOf(row),
          loaders,
          limit: PAGE,
          timeLimitMs: 5_000,
          answers: { ...row.answered, ...jsonObject(answers) }, // an answer stays offered, whatever is searched
          ...(typeof search === 'string' && { search: { [key]: search } }),
        });
        calls.keep(call, { loaded: { ...row.loaded, ...loaded }, more });
        return c.json({});
      })
      // Nobody is known by the number: the contact, its record and the log are one operation, which may be sent again.
      .post(`/connections/:id/calls/:call/form/${NOBODY}`, async (c) => {
        const { id, call } = c.req.param();
        const desk = await deskFor(id);
        const { answers, contactType } = jsonOf(await c.req.text());
        const submission = bindSubmission(desk.newContact, newInputOf(desk, call, contactType), answers);
        if (!submission.ok) return c.json({ issues: submission.issues }, 422);

        const { conversation } = callOf(desk, call);
        const made = await desk.engine.createContact(submission.value, { conversation });
        if (made.refused.length > 0) return c.json({ issues: made.refused.map(issueOf) }, 422);
        const record = made.activity?.record ?? null;
        if (record !== null) desk.calls.keep(call, { record, answered: {} });
        return c.json(made);
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
  const { loaded = {}, more = [], answered } = row;
  return { match, context: contextOf(row), settings: desk.settings, loaded, more, ...(answered && { stored: answered }) };
}

const newInputOf = (desk: Desk, call: string, contactType: unknown): FormInput => ({
  match: null,
  context: contextOf(callOf(desk, call)),
  ...(typeof contactType === 'string' && { contactType }),
});

function answeredAfter(answered: RunningCall['answered'], { answers }: BoundSubmission): NonNullable<RunningCall['answered']> {
  const given = Object.entries(answers as Record<string, BoundAnswer>).filter(([, { action }]) => action !== 'untouched');
  return { ...answered, ...Object.fromEntries(given.map(([key, answer]) => [key, answer.action === 'set' ? answer.value : null])) };
}

function callOf({ calls }: Pick<Desk, 'calls'>, call: string): RunningCall {
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
    return jsonObject(JSON.parse(text ?? '{}'));
  } catch {
    return {};
  }
}
const jsonObject = (read: unknown) => (typeof read === 'object' && read !== null ? (read as Readonly<Record<string, unknown>>) : {});
