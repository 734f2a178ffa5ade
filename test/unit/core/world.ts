import { expect } from 'vitest';
import { deepFreeze } from '../../../src/core/base/freeze.ts';
import type { LinkState } from '../../../src/core/link/link.ts';
import { EMPTY_BODY } from '../../../src/core/link/link.ts';
import { compileMapping } from '../../../src/core/mapping/compile.ts';
import type { CompiledMapping, CompileOptions, CrmRecord, Mapping } from '../../../src/core/mapping/mapping-types.ts';
import { completeFields, defineContactSchema } from '../../../src/core/schema/schema.ts';
import { planInbound } from '../../../src/core/sync/inbound.ts';
import type { InboundPlan } from '../../../src/core/sync/inbound-types.ts';
import { type ContactPlan, heldField, type OutboundPlan, planOutbound } from '../../../src/core/sync/outbound.ts';
import { readRemotes } from '../../../src/core/sync/plan-fields.ts';
import type { LinkPlan, PlannedContact, PlannedLink } from '../../../src/core/sync/plan-types.ts';
import { dueAt, settleDone, settleNothing } from '../../../src/core/sync/settle.ts';
import type { Millis, Value } from '../../../src/core/values/value.ts';

export const schema = defineContactSchema({
  lead_status: { type: 'enum', options: ['New', 'Working', 'Qualified'] },
  email: { type: 'string' },
  notes: { type: 'string' },
  score: { type: 'number' },
});
export type Rule = Mapping<typeof schema>['fields'][number];
const PHONE: Rule = { crm: 'Phone', field: 'phone_number', direction: 'inbound' };

export const compiled = (
  rules: readonly Rule[],
  more: Partial<Mapping<typeof schema>> = {},
  options: CompileOptions = {},
): CompiledMapping =>
  compileMapping(schema, { crmObject: 'Contact', fields: [PHONE, ...rules], ...more }, { defaultCountry: 'US', ...options });

export const START: Millis = Date.parse('2026-01-05T09:00:00.000Z');
const MINUTE = 60_000;

export const contactOf = (id: string, fields: Readonly<Record<string, Value>>, version = 'v1'): PlannedContact & { version: string } => ({
  id,
  fields: completeFields(schema, fields),
  version,
});

/** A link as an earlier pull left it, long enough ago for any snapshot to be newer. */
export function linkOf(mapping: CompiledMapping, over: Partial<PlannedLink> = {}): PlannedLink {
  return {
    id: 'l1',
    object: mapping.crmObject,
    contactId: 'c1',
    recordId: 'r1',
    state: 'active',
    seen: 'v1',
    plan: mapping.planFingerprint,
    dueAt: null,
    syncedAt: START - 60 * MINUTE,
    ...over,
    body: { ...EMPTY_BODY, ...over.body },
  };
}

type Refusal = { readonly code: string; readonly remedy: string };

/** The least of a store and a CRM that carry plans out as they say: what a planner decides is seen by its next call. */
export class World {
  mapping: CompiledMapping;
  now: Millis = START;
  readonly contacts = new Map<string, PlannedContact & { version: string }>();
  readonly records = new Map<string, CrmRecord>();
  links: PlannedLink[] = [];
  /** Writes that the CRM took. */
  writes = 0;
  /** What the CRM says to a value; null: it takes it. */
  refuses: (crm: string, value: Value) => Refusal | null = () => null;
  #versions = 1;

  constructor(mapping: CompiledMapping) {
    this.mapping = mapping;
  }

  addContact(id: string, fields: Readonly<Record<string, Value>>): void {
    this.contacts.set(id, { id, fields: completeFields(this.mapping.schema, fields), version: `v${this.#versions++}` });
  }

  /** An edit by hand or by an analysis. */
  edit(id: string, fields: Readonly<Record<string, Value>>): void {
    this.addContact(id, { ...this.contacts.get(id)?.fields, ...fields });
  }

  /** An edit in the CRM. */
  put(id: string, fields: Readonly<Record<string, Value>>): void {
    this.now += MINUTE;
    const before = this.records.get(id)?.fields;
    this.records.set(id, { id, fields: { ...before, ...fields }, modifiedAt: new Date(this.now).toISOString() });
  }

  fieldsOf(id: string): Readonly<Record<string, Value>> {
    return this.contacts.get(id)?.fields ?? {};
  }

  linkOf(contactId: string): PlannedLink | undefined {
    return this.links.find((link) => link.contactId === contactId);
  }

  /** Reads every record a minute later, and carries the plan out. */
  pull(): InboundPlan {
    this.now += MINUTE;
    return this.#apply([...this.records.values()], false);
  }

  /** Sends what is pending, as an engine does: read where asked, intend, write, acknowledge. */
  push(): OutboundPlan {
    this.now += MINUTE;
    let plan = this.#planPending({});
    const toRead = plan.reads.map(({ recordId }) => recordId);
    if (toRead.length > 0) {
      const records = [...this.records.values()].filter(({ id }) => toRead.includes(id));
      this.#apply(records, true);
      const remote = plan.reads.flatMap(({ contactId, recordId }) => {
        const record = this.records.get(recordId ?? '');
        return record === undefined ? [] : [[contactId, readRemotes(this.mapping, record)] as const];
      });
      plan = this.#planPending(Object.fromEntries(remote));
    }
    for (const one of plan.contacts) this.#carryOut(one);
    return plan;
  }

  /** Until nothing moves: what is left of both sides. Fails where that never happens. */
  settle(): void {
    for (let round = 0; round < 6; round += 1) {
      const before = JSON.stringify([[...this.contacts], [...this.records]]);
      this.pull();
      this.push();
      if (JSON.stringify([[...this.contacts], [...this.records]]) === before) return;
    }
    throw new Error('the two sides go on writing to each other');
  }

  isPending({ seen, plan, dueAt: due, contactId }: PlannedLink): boolean {
    return seen !== this.contacts.get(contactId)?.version || plan !== this.mapping.planFingerprint || (due !== null && due <= this.now);
  }

  #planPending(remote: Readonly<Record<string, Readonly<Record<string, Value>>>>): OutboundPlan {
    const links = this.links.filter((link) => link.state === 'active' && this.isPending(link));
    const contacts = links.map(({ contactId }) => this.contacts.get(contactId) as PlannedContact);
    return planOutbound(deepFreeze({ contacts, links, remote, now: this.now, mapping: this.mapping }));
  }

  #carryOut(plan: ContactPlan): void {
    const link = this.linkOf(plan.contactId);
    const contact = this.contacts.get(plan.contactId);
    if (link === undefined || contact === undefined || (plan.action !== 'write' && plan.action !== 'none')) return;
    let body = plan.body;
    let { seen } = link;
    if (plan.action === 'write') {
      const sent = { op: 'op', at: this.now, until: this.now + MINUTE, values: plan.sent };
      const intended = { ...body, sent: [sent] };
      const refusals = Object.entries(plan.values).flatMap(([crm, value]) => {
        const refusal = this.refuses(crm, value);
        return refusal === null ? [] : [[crm, heldField(refusal, plan.sent[crm]?.local ?? null, this.now)] as const];
      });
      if (refusals.length === 0) {
        this.put(plan.recordId ?? '', plan.values);
        this.writes += 1;
        body = settleDone(intended, 'op', {}, this.records.get(plan.recordId ?? '')?.modifiedAt);
        seen = contact.version;
      } else body = settleNothing(intended, 'op', Object.fromEntries(refusals)); // the others are sent by the next push
    } else seen = contact.version;
    const syncedAt = plan.action === 'write' ? this.now : link.syncedAt;
    this.#replace(deepFreeze({ ...link, seen, plan: this.mapping.planFingerprint, body, dueAt: dueAt(body), syncedAt }));
  }

  #apply(records: readonly CrmRecord[], fresh: boolean): InboundPlan {
    const { mapping, links, now } = this;
    const plan = planInbound(deepFreeze({ mapping, records, contacts: [...this.contacts.values()], links: [...links], now, fresh }));
    for (const one of plan.records) {
      if (one.action === 'create') {
        const id = `of ${one.recordId}`;
        this.addContact(id, one.fields);
        this.#link(id, one.link);
      } else if (one.action === 'update') {
        this.edit(one.contactId, one.fields);
        this.#link(one.contactId, one.link);
      } else if ((one.action === 'link' || one.action === 'skip') && one.link !== undefined && one.contactId !== undefined)
        this.#link(one.contactId, one.link);
    }
    return plan;
  }

  #link(contactId: string, { rebased, seen, ...next }: LinkPlan): void {
    const before = this.links.find(({ recordId }) => recordId === next.recordId);
    this.#replace({
      ...next,
      id: before?.id ?? `link of ${next.recordId}`,
      contactId,
      seen: seen === 'after' ? (this.contacts.get(contactId)?.version ?? null) : seen,
      dueAt: dueAt(next.body),
      syncedAt: rebased || before === undefined ? this.now : before.syncedAt,
    });
  }

  #replace(link: PlannedLink): void {
    this.links = [...this.links.filter(({ id }) => id !== link.id), link];
  }
}

/** A field of the CRM that can be read and written. */
export const DESCRIBED = {
  type: 'string',
  creatable: true,
  updatable: true,
  nullable: true,
  required: false,
  filterable: true,
  unique: false,
} as const;

/** An object without members: `toMatchObject` takes `{}` for any object. */
export const EMPTY: unknown = expect.toSatisfy((value: object) => Object.keys(value).length === 0, 'has no members');

export const ALL_STATES: Readonly<Record<LinkState, true>> = {
  creating: true,
  active: true,
  ambiguous: true,
  missing: true,
  left_filter: true,
  tombstone: true,
  superseded: true,
  declined: true,
};
