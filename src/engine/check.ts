import { checkMapping } from '../core/checks/check-mapping.ts';
import { checkMerging } from '../core/checks/check-merging.ts';
import type { Finding } from '../core/checks/finding.ts';
import { findingsOfAll, fine, withoutRepeats } from '../core/checks/findings.ts';
import { filterFields } from '../core/mapping/filter.ts';
import type { Mapping } from '../core/mapping/mapping-types.ts';
import type { CheckQuery } from '../ports/connector.ts';
import { partsOf } from './companies/company-context.ts';
import { compileOptions } from './compiled.ts';
import { assertActive, assertSameAccount, loadConnection } from './connection.ts';
import type { Context } from './context.ts';
import { rewrittenFindings } from './rewritten.ts';
import { Session } from './session.ts';

export interface CheckOptions {
  /** Ends the check; what was found until then is lost. */
  readonly signal?: AbortSignal;
}

/**
 * Looks at everything that a flow would need: the connection, its account, each mapping, and what the connector itself
 * checks. Each part is tried, whatever became of the others. Writes nothing, here or in the CRM.
 */
export async function check(context: Context, options: CheckOptions): Promise<readonly Finding[]> {
  const session = new Session(context, { ...options, interactive: true });
  const findings = await findingsOfAll(session.signal, [
    () => checkConnection(context),
    () => checkAccount(context, session),
    async () => (await context.connector.check?.(queryOf(context), session.call)) ?? [],
    ...partsOf(context).flatMap((part) => part.mappings.map((mapping) => () => checkFields(part, session, mapping))),
    () => rewrittenFindings(context),
    async () => checkMerging({ ...context, analysis: context.options.analysis ?? [], hasMerger: context.merger !== null }),
  ]);
  return withoutRepeats(findings).filter((finding) => finding.code !== 'mapping_fits' || !hasHidden(findings, finding.at.object));
}

/** A field of a parent is taken on trust where only the object itself is looked at; the connector knows better. */
const hasHidden = (findings: readonly Finding[], object: string | undefined): boolean =>
  findings.some(({ level, code, at }) => level !== 'advice' && code === 'field_not_visible' && at.object === object);

async function checkConnection(context: Context): Promise<readonly Finding[]> {
  const { state } = await loadConnection(context);
  assertActive(context, state);
  return [];
}

/** The account is not remembered: that is for the first flow. */
async function checkAccount(context: Context, session: Session): Promise<readonly Finding[]> {
  const { id } = await context.connector.account(session.call);
  const { state } = await loadConnection(context);
  assertSameAccount(context, state, id);
  const known = state.account === null ? 'No flow has run yet.' : 'It is the one that this connection was made with.';
  return [fine('account_known', `The credentials belong to the CRM account ${id}. ${known}`)];
}

async function checkFields(context: Context, session: Session, mapping: Mapping): Promise<readonly Finding[]> {
  const described = await context.connector.describe(mapping.crmObject, session.call);
  const { analysis = [] } = context.options;
  return checkMapping({ schema: context.schema, mapping, described, analysis, options: compileOptions(context) });
}

function queryOf(context: Context): CheckQuery {
  const { activities = {} } = context.options;
  const mappings = partsOf(context).flatMap((part) => part.mappings);
  const writes = mappings.map((mapping) => [mapping.crmObject, writtenBy(mapping)] as const);
  return {
    objects: mappings.map(({ crmObject }) => crmObject),
    reads: Object.fromEntries(mappings.map((mapping) => [mapping.crmObject, readBy(mapping)])),
    writes: Object.fromEntries(writes.filter(([, names]) => names.length > 0)),
    activities: Object.values(activities).some((isOn) => isOn),
  };
}

/** Outbound ones too: a pull reads what the CRM holds there. */
const readBy = ({ fields, filter }: Mapping): readonly string[] => [
  ...new Set([...fields.flatMap(({ crm }) => crm), ...(filter === undefined ? [] : filterFields(filter))]),
];

function writtenBy({ fields, create }: Mapping): readonly string[] {
  const rules = fields.flatMap((rule) => (rule.direction === 'inbound' ? [] : [rule.crm]));
  const created = create === undefined ? [] : Object.keys(create.defaults ?? {});
  return [...new Set([...rules, ...created, ...(create?.idField === undefined ? [] : [create.idField])])];
}
