import type { Millis } from '../../core/values/value.ts';
import { calculate, calculatePhones } from './calculate.ts';
import { isLive, type Source, type StoredRecord, type Values } from './database.ts';
import { invalidJson, invalidProperties, type PropertyProblem } from './failure.ts';
import { apiSource, formulaSource, type Portal, personSource, workflowSource } from './portal.ts';
import { readValue, type Warning } from './read-value.ts';
import { checkRules } from './rules.ts';
import { LIFECYCLE_STAGES } from './schema/contacts.ts';
import type { ObjectType } from './schema/object-type.ts';
import { asStored, showProperties } from './show.ts';

/** Who saves, and how. */
export interface Save {
  /** `admin` is the test itself: it may set what the API cannot, and leave out what HubSpot's forms fill. */
  readonly actor: 'api' | 'admin';
  readonly source: Source;
  /** The write came over a path of 2026-09 or later: rules of administrators hold, and dates are normalised. */
  readonly enforced: boolean;
  /** A stamp other than now, in milliseconds: of a write that began earlier. */
  readonly stampedAt?: Millis;
}

export type Input = Readonly<Record<string, unknown>>;

export interface Saved {
  readonly record: StoredRecord;
  /** Properties that the write set, by itself or through formulas. */
  readonly touched: readonly string[];
  readonly warnings: readonly Warning[];
}

export const apiSave = (enforced: boolean): Save => ({ actor: 'api', source: apiSource, enforced });
export const adminSave = (stampedAt?: Millis): Save => ({
  actor: 'admin',
  source: personSource,
  enforced: false,
  ...(stampedAt === undefined ? {} : { stampedAt }),
});

/** Set by HubSpot alone, whoever asks. */
const NEVER_SET = new Set(['hs_object_id', 'associatedcompanyid', 'lastmodifieddate', 'hs_lastmodifieddate']);

/** @param sequence - Reserved before, for a record that becomes visible later. */
export function createRecord(portal: Portal, type: ObjectType, input: Input, save: Save, sequence = portal.database.reserve()): Saved {
  const at = save.stampedAt ?? portal.now();
  const { given, warnings } = readInput(
    portal,
    type,
    save.actor === 'admin' ? { ...blanksFor(portal, type, at), ...input } : input,
    {},
    save,
  );
  const { [type.createdProperty]: createdAt, ...rest } = given;
  const values = withFormulas(portal, type, { ...defaultsFor(type, save, at), ...rest }, Object.keys(rest));
  checkRules(portal, { type, record: null, values, changed: Object.keys(values) }, rulesOf(save));
  const record = portal.database.insert(type, {
    values,
    createdAt: createdAt === undefined ? at : Date.parse(createdAt),
    modifiedAt: at,
    change: { at, source: save.source, values },
    sequence,
  });
  portal.events.note(type, 'creation', at, {
    objectId: record.number,
    changeFlag: 'NEW',
    changeSource: save.source.sourceType,
    sourceId: save.source.sourceId,
  });
  afterSave(portal, record, Object.keys(values), save);
  return { record, touched: Object.keys(values), warnings };
}

export function updateRecord(portal: Portal, record: StoredRecord, input: Input, save: Save): Saved {
  const { type, values: before } = record;
  const { given, warnings } = readInput(portal, type, input, before, save);
  const { [type.createdProperty]: createdAt, ...rest } = given;
  const moved = withoutSteppingBack(before, rest);
  const values = withFormulas(portal, type, { ...before, ...moved }, Object.keys(moved));
  const changed = Object.keys(values).filter((name) => values[name] !== before[name]);
  checkRules(portal, { type, record, values, changed: Object.keys(moved) }, rulesOf(save));
  const at = save.stampedAt ?? portal.now();
  if (createdAt !== undefined) portal.database.put(record, { createdAt: Date.parse(createdAt) });
  applyValues(portal, record, Object.fromEntries([...Object.keys(moved), ...changed].map((name) => [name, values[name]!])), {
    at,
    source: save.source,
  });
  afterSave(portal, record, Object.keys(moved), save);
  return { record, touched: [...new Set([...Object.keys(rest), ...changed])], warnings };
}

/** Puts values that were read and checked, with their history, the stamp and what webhooks tell. */
export function applyValues(
  { database, events }: Portal,
  record: StoredRecord,
  values: Values,
  { at, source }: { readonly at: Millis; readonly source: Source },
): void {
  const before = record.values;
  const changed = Object.keys(values).filter((name) => values[name] !== before[name]);
  const history = changed.length === 0 ? record.changes : [...record.changes, { at, source, values: pick(values, changed) }];
  database.put(record, { values: { ...before, ...values }, modifiedAt: at, changes: history });
  for (const name of changed) {
    events.note(record.type, 'propertyChange', at, {
      objectId: record.number,
      propertyName: name,
      propertyValue: values[name]!,
      changeSource: source.sourceType,
      sourceId: source.sourceId,
    });
  }
}

const rulesOf = ({ actor, enforced }: Save) => ({ asApi: actor === 'api', enforced: actor === 'api' && enforced });

const pick = (values: Values, names: readonly string[]): Values => Object.fromEntries(names.map((name) => [name, values[name]!]));

/** Reads the sent values. @throws HubSpotFailure that lists every property that is wrong. */
function readInput(
  portal: Portal,
  type: ObjectType,
  input: Input,
  before: Values,
  { actor, enforced }: Save,
): { readonly given: Record<string, string>; readonly warnings: readonly Warning[] } {
  const texts = textsOf(input, actor, Object.keys(before).length > 0);
  const given: Record<string, string> = {};
  const warnings: Warning[] = [];
  const problems: PropertyProblem[] = [];
  for (const [name, raw] of Object.entries(texts)) {
    const property = actor === 'api' ? portal.schema.visible(type, name) : type.properties.get(name);
    if (property === undefined) {
      problems.push({ name, code: 'PROPERTY_DOESNT_EXIST', message: `Property "${name}" does not exist` });
      continue;
    }
    if (actor === 'api' ? property.readOnly : NEVER_SET.has(name)) {
      const kind = property.calculated ? 'calculated' : 'read only';
      problems.push({ name, code: 'READ_ONLY_VALUE', message: `"${name}" is a ${kind} property; its value cannot be set.` });
      continue;
    }
    const value = readValue(property, raw, { portal, type, before, given: texts, lenient: enforced });
    if (!value.ok) problems.push({ name, code: value.code, message: value.message });
    else {
      given[name] = value.value;
      if (value.warning !== undefined) warnings.push(value.warning);
    }
  }
  if (problems.length > 0) throw invalidProperties(problems, portal.id);
  return { given, warnings };
}

/** Values as text. The API takes text, numbers and booleans; the test may also say null, which clears. */
function textsOf(input: Input, actor: Save['actor'], clears: boolean): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const [name, raw] of Object.entries(input)) {
    if (typeof raw === 'string') texts[name] = raw;
    else if (typeof raw === 'boolean' || (typeof raw === 'number' && Number.isFinite(raw))) texts[name] = String(raw);
    else if (actor === 'admin' && (raw === null || raw === undefined)) {
      if (clears) texts[name] = '';
    } else throw invalidJson(`Cannot deserialize value of type \`java.lang.String\` (through reference chain: properties["${name}"])`);
  }
  return texts;
}

function withFormulas(portal: Portal, type: ObjectType, values: Values, changed: readonly string[]): Values {
  const saved = { ...values, ...calculate(portal, type, values) };
  return (portal.settings.calculationLagMs ?? 0) > 0 ? saved : { ...saved, ...calculatePhones(type, saved, changed) };
}

/** A stage of the lifecycle only moves forward: an earlier one is ignored, unless the stage was cleared before. */
function withoutSteppingBack(before: Values, given: Record<string, string>): Record<string, string> {
  const place = (stage: string | undefined): number => LIFECYCLE_STAGES.indexOf(stage as (typeof LIFECYCLE_STAGES)[number]);
  const { lifecyclestage, ...rest } = given;
  if (lifecyclestage === undefined || place(lifecyclestage) === -1 || place(lifecyclestage) >= place(before['lifecyclestage']))
    return given;
  return rest;
}

/** What HubSpot itself sets on a new record. */
function defaultsFor({ name }: ObjectType, { source }: Save, at: Millis): Values {
  const common = { hs_object_source: source.sourceType };
  if (name !== 'contacts') return common;
  return { ...common, lifecyclestage: 'lead', hs_lifecyclestage_lead_date: String(at), hs_pipeline: 'contacts-lifecycle-pipeline' };
}

/** What a test may leave out of a record that it adds, though the API requires it. */
function blanksFor({ pipelines }: Portal, { name, required, properties }: ObjectType, at: Millis): Input {
  const pipeline = pipelines[name]?.[0];
  const given: Record<string, Input> = {
    deals: { dealname: 'Deal', pipeline: pipeline?.id, dealstage: pipeline?.stages[0]?.id },
    tickets: { subject: 'Ticket', hs_pipeline: pipeline?.id, hs_pipeline_stage: pipeline?.stages[0]?.id },
    communications: { hs_communication_channel_type: 'SMS', hs_communication_logged_from: 'CRM' },
  };
  return { ...(required.includes('hs_timestamp') && properties.has('hs_timestamp') ? { hs_timestamp: at } : {}), ...given[name] };
}

/** What a save sets off, after the request: late formulas, workflows. Nothing, where the write is taken back. */
function afterSave(portal: Portal, record: StoredRecord, changed: readonly string[], { source }: Save): void {
  const { database, later, settings, now } = portal;
  let takenBack = false;
  database.onRollback(() => {
    takenBack = true;
  });
  const whileLive = (effect: () => void) => () => {
    if (!takenBack && isLive(record)) effect();
  };
  const lag = settings.calculationLagMs ?? 0;
  if (lag > 0 && Object.keys(calculatePhones(record.type, record.values, changed)).length > 0) {
    later.at(
      now() + lag,
      whileLive(() =>
        applyValues(portal, record, calculatePhones(record.type, record.values, changed), { at: now(), source: formulaSource }),
      ),
    );
  }
  const automation = settings.automations?.[record.type.name];
  if (automation === undefined || source === workflowSource) return;
  later.at(
    now(),
    whileLive(() => {
      const { type, values } = record;
      const wanted = automation(showProperties(portal, asStored(record), 'everything'));
      if (wanted === null) return;
      const stampedAt = Math.max(now(), record.modifiedAt + 1);
      const save: Save = { actor: 'admin', source: workflowSource, enforced: false, stampedAt };
      const { given } = readInput(portal, type, wanted, values, save);
      if (Object.entries(given).some(([name, value]) => value !== (values[name] ?? ''))) updateRecord(portal, record, wanted, save);
    }),
  );
}
