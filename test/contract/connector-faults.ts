import type { LoadedOption } from '../../src/core/forms/log-form.ts';
import { matchesFilter } from '../../src/core/mapping/filter.ts';
import type { Json } from '../../src/core/values/value.ts';
import type { Call, CompleteConnector, Fetched, Page, Wrote } from '../../src/ports/connector.ts';
import type { Related } from '../../src/ports/related.ts';
import {
  absentIsBlank,
  at,
  compared,
  DONE,
  endIsStart,
  type Fault,
  failing,
  fetched,
  foundBy,
  HOUR,
  ignoringAborts,
  instead,
  later,
  logging,
  MINUTE,
  mapValues,
  membering,
  pagesOf,
  queryOf,
  recordsOf,
  refused,
  relating,
  replacing,
  retying,
  tick,
  told,
  UNKNOWN,
  withoutKey,
  writing,
  wrote,
} from './break-connector.ts';

/** One way to break each rule of the contract, by the id of its case. */
export const connectorFaults: Readonly<Record<string, Fault>> = {
  'CC-01': replacing(() => {
    let count = 0;
    return {
      async account() {
        count += 1;
        return { id: `account ${count}` };
      },
    };
  }),
  'CC-02': replacing((connector) => ({
    async describe(object, call) {
      const described = await connector.describe(object, call);
      return { ...described, fields: described.fields.map(({ options: _, ...field }) => field) };
    },
  })),
  'CC-03': replacing((connector) => ({
    describe: (object, call) => connector.describe(object, call).catch(() => ({ name: object, label: object, fields: [] })),
  })),
  'CC-04': replacing((connector) => ({
    async find(query, call) {
      await connector.describe(query.object, call);
      return connector.find(query, call);
    },
  })),
  'CC-05': replacing((connector) => ({
    fetch(query, call) {
      (query.ids as string[]).sort().reverse();
      return connector.fetch(query, call);
    },
  })),
  'CC-06': replacing((connector) => {
    let current: Parameters<CompleteConnector['fetch']>[0];
    return {
      async fetch(query, call) {
        current = query;
        await tick();
        return connector.fetch(current, call);
      },
    };
  }),
  'CC-07': recordsOf((records) => records.slice(0, -1)),
  'CC-08': pagesOf((page) => (page.records.length === 0 ? null : page)),
  'CC-09': replacing((connector) => ({
    async *read({ from, ...query }, call) {
      const inner = (from as { readonly inner: Json } | null)?.inner ?? null;
      for await (const page of connector.read({ ...query, from: inner }, call)) yield { ...page, checkpoint: { inner: page.checkpoint } };
    },
  })),
  'CC-10': replacing((connector) => ({
    async *read(query, call) {
      let waiting: Page | null = null;
      for await (const page of connector.read(query, call)) {
        if (waiting !== null) yield { ...waiting, checkpoint: page.checkpoint };
        waiting = page;
      }
      if (waiting !== null) yield waiting;
    },
  })),
  'CC-11': queryOf((query) => {
    const { afterStamp } = at(query.from) ?? {};
    return typeof afterStamp === 'string'
      ? { ...query, from: { ...at(query.from), afterStamp: later(afterStamp, 1_000), afterId: null } }
      : query;
  }),
  'CC-12': endIsStart,
  'CC-13': endIsStart,
  'CC-14': queryOf(({ limit: _, ...query }) => query),
  'CC-15': recordsOf((records, { filter }) =>
    records.filter((record) => filter === null || record.state !== 'present' || !Object.values(record.values).includes(null)),
  ),
  'CC-16': replacing((connector) => ({
    async *read(query, call) {
      const pages: Page[] = [];
      for await (const page of connector.read(query, call)) pages.push(page);
      yield* pages;
    },
  })),
  'CC-17': pagesOf((page, _query, _crm, call) => ({ ...page, requestedAt: call.now() })),
  'CC-18': replacing((connector) => ({
    async *read(query, call) {
      const pages: Page[] = [];
      for await (const page of connector.read(query, call)) pages.push(page);
      for (const page of pages) yield { ...page, requestedAt: call.now() };
    },
  })),
  'CC-19': replacing((connector) => ({
    async *read(query, call) {
      try {
        yield* connector.read(query, call);
      } catch {
        yield* connector.read({ ...query, from: null }, call);
      }
    },
  })),
  'CC-20': (subject) => {
    const seen = new Set<string>();
    const isNew = ({ id }: Fetched) => !seen.has(id) && seen.add(id);
    return recordsOf((records) => records.filter(isNew))(subject);
  },
  'CC-21': queryOf((query) => ({ ...query, from: null })),
  'CC-22': recordsOf((records, { filter }) =>
    records.filter((record) => filter === null || record.state !== 'present' || matchesFilter(filter, (field) => record.values[field])),
  ),
  'CC-23': recordsOf((records) => records.filter(({ state }) => state !== 'deleted')),
  'CC-24': recordsOf((records) => records.map((record) => (record.state === 'merged' ? { id: record.id, state: 'deleted' } : record))),
  'CC-25': queryOf((query) => {
    const { since } = at(query.from) ?? {};
    return typeof since === 'string' ? { ...query, from: { ...at(query.from), since: later(since, 11 * MINUTE) } } : query;
  }),
  'CC-26': (subject) => {
    const ours = new Set<string | null>();
    const noting = writing((write) => {
      ours.add(write.id);
      return write;
    });
    return recordsOf((records) => records.filter(({ id }) => !ours.has(id)))(noting(subject));
  },
  'CC-27': absentIsBlank,
  'CC-28': absentIsBlank,
  'CC-29': mapValues((value) => value ?? ''),
  'CC-30': mapValues((value) => value ?? undefined),
  'CC-31': absentIsBlank,
  'CC-32': mapValues((value) => (typeof value === 'number' ? String(value) : value)),
  'CC-33': writing((write) => ({
    ...write,
    values: Object.fromEntries(
      Object.entries(write.values).map(([name, value]) => [name, typeof value === 'string' ? value.replace(/['"\\]/g, '') : value]),
    ),
  })),
  'CC-34': replacing((connector) => ({
    async write(batch, call) {
      const spoilt = batch.some(({ values }) => Object.values(values).join().includes('\u0000'));
      return spoilt ? batch.map(() => refused('x')) : connector.write(batch, call);
    },
  })),
  'CC-35': fetched((records) => records.map((record) => ({ ...record, modifiedAt: '2026-01-01T00:00:00.000Z' }) as Fetched)),
  'CC-36': fetched((records) => [...new Map(records.map((record) => [record.id, record])).values()]),
  'CC-37': fetched((records) => records.map((record, index) => (index < 100 ? record : { id: record.id, state: 'missing' }))),
  'CC-38': fetched((records) => records.map((record) => (record.state === 'missing' ? { id: record.id, state: 'deleted' } : record))),
  'CC-39': fetched((records) => records.map((record) => (record.state === 'deleted' ? { id: record.id, state: 'missing' } : record))),
  'CC-40': fetched((records) => records.map((record) => (record.state === 'merged' ? { id: record.id, state: 'deleted' } : record))),
  'CC-41': fetched((records) => records.map((record) => (record.state === 'missing' ? { id: record.id, state: 'deleted' } : record))),
  'CC-42': replacing((connector) => {
    const kept = new Map<string, readonly Fetched[]>();
    return {
      async fetch(query, call) {
        const records = kept.get(JSON.stringify(query)) ?? (await connector.fetch(query, call));
        kept.set(JSON.stringify(query), records);
        return records;
      },
    };
  }),
  'CC-43': foundBy((answer) => ({ ...answer, found: [...new Map(answer.found.map((hit) => [hit.value, hit])).values()] })),
  'CC-44': compared(({ values }, value, { by }) => value === '*' || (value !== '' && values[by] === value)),
  'CC-45': compared(({ values }, value, { by }) => String(values[by]).includes(value)),
  'CC-46': foundBy((answer, { by }, crm) => (by === crm.fields.text ? answer : { ...answer, found: [] })),
  'CC-47': compared(({ values }, value, _, { fields }) => values[fields.email!] === value),
  'CC-48': compared(({ values }, value, _, { fields }) => String(values[fields.phone!]).replace(/\D/g, '').endsWith(value.slice(-7))),
  'CC-49': ({ crm, connect }) => ({ connect, crm: { ...crm, remove: () => {} } }), // as if the index had kept it
  'CC-50': replacing((connector, crm) => ({
    find: (query, call) => connector.find(query, call).catch(() => ({ found: [], completeUntil: crm.now() })),
  })),
  'CC-51': foundBy((answer, _, crm) => ({ ...answer, completeUntil: crm.now() + HOUR })),
  'CC-52': foundBy((_answer, _query, crm) => ({ found: [], completeUntil: crm.now() })),
  'CC-53': foundBy((answer, _, crm) => ({ ...answer, completeUntil: crm.now() })),
  'CC-54': wrote((outcome) => ({ ...outcome, created: false }) as Wrote),
  'CC-55': writing((write) => (write.id === null ? write : { ...write, values: { LeadSource: null, ...write.values } })),
  'CC-56': wrote((outcome, write) => ({ ...outcome, values: { ...write.values, Title: 'x' } }) as Wrote),
  'CC-57': writing((write) => ({
    ...write,
    values: Object.fromEntries(Object.entries(write.values).filter(([, value]) => value !== null)),
  })),
  'CC-58': replacing((connector) => ({ write: async (batch, call) => (await connector.write(batch, call)).toReversed() })),
  'CC-59': replacing((connector) => ({
    async write(batch, call) {
      const { writeBatchMax } = connector.capabilities;
      const first = await connector.write(batch.slice(0, writeBatchMax), call);
      return [...first, ...(await connector.write(batch.slice(writeBatchMax), call))];
    },
  })),
  'CC-60': wrote((outcome) => (outcome.outcome === 'refused' ? refused(outcome.code) : outcome)),
  'CC-61': writing((write, { fields }) => ({
    ...write,
    values: Object.fromEntries(Object.entries(write.values).filter(([name]) => name !== fields.readOnly)),
  })),
  'CC-62': wrote((outcome) => (outcome.outcome === 'refused' ? { ...outcome, retryable: true } : outcome)),
  'CC-63': instead('gone', refused('x')),
  'CC-64': instead('gone', DONE),
  'CC-65': instead('refused', { outcome: 'gone' }),
  'CC-66': writing(withoutKey),
  'CC-67': writing(withoutKey),
  'CC-68': replacing((connector) => ({
    async write(batch, call) {
      const outcomes = await connector.write(batch, call);
      return outcomes.some(({ outcome }) => outcome === 'unknown') ? connector.write(batch, call) : outcomes;
    },
  })),
  'CC-69': instead('unknown', DONE),
  'CC-70': instead('unknown', { outcome: 'not_sent', code: 'x', remedy: 'x' }),
  'CC-71': instead('not_sent', UNKNOWN),
  'CC-72': instead('unknown', refused('x')),
  'CC-73': replacing((connector) => ({
    async write(batch, call) {
      await connector.write(batch, call);
      return connector.write(batch, call);
    },
  })),
  'CC-74': replacing((connector) => ({ write: (batch, call) => connector.write(batch, call).catch(() => batch.map(() => UNKNOWN)) })),
  'CC-75': failing('permission', false),
  'CC-76': ({ crm, connect }) => ({ connect, crm: { ...crm, fault: (_, on) => crm.fault?.('revoked', on) } }), // as if it did not refresh
  'CC-77': failing('network', true),
  'CC-78': replacing((connector) => ({
    async fetch(query, call) {
      let broken = false;
      const onRequest: Call['onRequest'] = ({ status }) => {
        broken ||= status === null || status >= 500;
      };
      const records = await connector.fetch(query, { ...call, onRequest });
      return broken ? query.ids.map((id) => ({ id, state: 'missing' })) : records;
    },
  })),
  'CC-79': replacing((connector) => ({
    async *read(query, call) {
      try {
        yield* connector.read(query, call);
      } catch {
        // as if the read were over
      }
    },
  })),
  'CC-80': foundBy((answer) => ({ ...answer, found: [] })),
  'CC-81': ignoringAborts,
  'CC-82': ignoringAborts,
  'CC-83': replacing((connector) => ({
    async write(batch, call) {
      const outcomes = await connector.write(batch, call);
      call.signal.throwIfAborted();
      return outcomes;
    },
  })),
  'CC-84': ignoringAborts,
  'CC-85': logging((form) => ({ ...form, values: { ...form.values, CallDurationInSeconds: 'a minute' } })),
  'CC-86': replacing((connector, crm) => ({
    async activityRecord(activity, call) {
      const form = await connector.activityRecord(activity, call);
      return { ...form, values: { ...form.values, Subject: `Logged at ${crm.now()}` } };
    },
  })),
  'CC-87': compared((record, key) => JSON.stringify(record.values).toLowerCase().includes(key.toLowerCase())),
  'CC-88': logging((form) => ({ ...form, createOnly: [] })),
  'CC-89': logging((form, body) => ({ ...form, values: { ...form.values, Description: body } })),
  'CC-90': (subject) => {
    let count = 0;
    return logging((form) => {
      count += 1;
      return { ...form, uniqueKey: { field: 'Conversation_Key__c', value: `${count}` } };
    })(subject);
  },
  'CC-91': instead('refused', UNKNOWN),
  'CC-92': told((request, call) => {
    call.onRequest?.({ ...request, operation: `${request.operation}?q=+14155550123` });
  }),
  'CC-93': told((request, call) => {
    if (request.status !== null) call.onRequest?.(request);
  }),
  'CC-94': wrote((outcome, write) =>
    outcome.outcome === 'refused' ? { ...outcome, remedy: `Correct ${JSON.stringify(write.values)}.` } : outcome,
  ),
  'CC-95': replacing(({ capabilities: { settleMs: _, ...capabilities } }) => ({
    capabilities: capabilities as CompleteConnector['capabilities'],
  })),
  'CC-96': (subject) => {
    const stamps = new Map<string, string>();
    const hasMoved = (record: Fetched): boolean => {
      if (record.state !== 'present') return true;
      const isNew = stamps.get(record.id) !== record.modifiedAt;
      stamps.set(record.id, record.modifiedAt);
      return isNew;
    };
    return recordsOf((records) => records.filter(hasMoved))(subject); // as if children changed with their own stamp alone
  },
  'CC-97': replacing((connector) => ({ write: (batch, { notAfter: _, ...call }) => connector.write(batch, call) })),
  'CC-98': retying(({ untie: _, ...write }) => ({ ...write, values: { ...write.values, WhoId: null } })),
  'CC-99': retying(({ untie: _, ...write }) => write),
  'CC-100': retying(({ untie = [], ...write }) => ({
    ...write,
    values: { ...write.values, ...(untie.length > 0 && write.associations === undefined && { WhatId: null }) },
  })),
  'CC-101': replacing((connector) => ({
    async write(batch, call) {
      const outcomes = await connector.write(batch, call);
      if (batch.some(({ untie }) => untie !== undefined) && outcomes.some(({ outcome }) => outcome === 'refused'))
        throw new Error('A tie was refused.');
      return outcomes;
    },
  })),
  'CC-102': relating((answer) => ('options' in answer && answer.options.length === 0 ? null : answer)),
  'CC-103': replacing(({ related }) => ({
    async *related({ ids, ...query }, call) {
      for (const id of ids) yield* related!({ ...query, ids: [id] }, call);
    },
  })),
  'CC-104': replacing((connector, crm) => ({
    async *related(query, call) {
      await connector.describe(crm.object, call);
      yield* connector.related!(query, call);
    },
  })),
  'CC-105': relating((answer) => ('failed' in answer ? { of: answer.of, to: answer.to, options: [] } : answer)),
  'CC-106': (subject) => {
    let last: readonly LoadedOption[] = [];
    const noting = relating((answer) => {
      if ('options' in answer && answer.options.length > 0) last = answer.options;
      return answer;
    });
    return replacing(({ related }) => ({
      async *related(query, call) {
        const answers: Related[] = [];
        for await (const answer of related!(query, call)) answers.push(answer);
        for (const answer of answers) yield { of: answer.of, to: answer.to, options: last };
      },
    }))(noting(subject));
  },
  'CC-107': relating(
    (answer, { limit }) => ('options' in answer ? { ...answer, options: answer.options.slice(0, limit) } : answer),
    (query) => ({ ...query, limit: query.limit + 1 }),
  ),
  'CC-108': replacing(({ related }) => {
    const kept = new Map<string, readonly Related[]>();
    return {
      async *related(query, call) {
        const key = JSON.stringify(query);
        const answers = [...(kept.get(key) ?? [])];
        if (answers.length === 0) for await (const answer of related!(query, call)) answers.push(answer);
        kept.set(key, answers);
        yield* answers;
      },
    };
  }),
  'CC-109': replacing(({ related }) => ({
    async *related(query, call) {
      try {
        yield* related!(query, call);
      } catch {
        for (const of of query.ids) for (const to of query.to) yield { of, to, failed: true, code: 'x', remedy: 'x' };
      }
    },
  })),
  'CC-110': replacing((connector) => ({
    async describe(object, call) {
      const described = await connector.describe(object, call);
      return { ...described, parents: (described.parents ?? []).map((parent) => ({ ...parent, name: `${parent.name}_of` })) };
    },
  })),
  'CC-111': membering((answer) => (answer.ids === null ? answer : { ...answer, ids: answer.ids.slice(1) })),
  'CC-112': membering(
    (answer) => answer,
    (query) => ({ ...query, known: null }),
  ),
  'CC-113': replacing((connector, crm) => ({
    async members(query, call) {
      await connector.describe(crm.object, call);
      return connector.members!(query, call);
    },
  })),
  'CC-114': pagesOf((page, { from }) => (from === null ? page : { ...page, records: [] })),
  'CC-115': replacing(({ members }) => ({
    members: (query, call) => members!(query, call).catch(() => ({ ids: [], known: null })),
  })),
};
