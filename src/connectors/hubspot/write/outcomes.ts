import * as z from 'zod';
import { stableJson } from '../../../core/base/hash.ts';
import { lazy } from '../../../core/base/lazy.ts';
import type { DescribedField } from '../../../core/schema/described.ts';
import { unknownOutcome } from '../../../http/write-in-parts.ts';
import type { Wrote } from '../../../ports/connector.ts';
import { toInstant } from '../codec.ts';
import { valuesOf } from '../query/selection.ts';
import { refusalOf } from '../refusal.ts';
import { type WireRecord, wireRecord } from '../wire-record.ts';
import { type Kind, keyOf, kindOf, type WireWrite } from './batch.ts';

const batchAnswer = lazy(() => z.object({ results: z.array(wireRecord()), errors: z.array(z.unknown()).nullish().catch(null) }));
const named = lazy(() => z.object({ context: z.record(z.string(), z.array(z.string()).catch([])).catch({}) }));

/** A write that the answer does not mention. */
export const NO_RESULT = 'no_result';

export interface Described {
  readonly fields: ReadonlyMap<string, DescribedField>;
  /** The property with the time of the last change. */
  readonly modified: string;
}

/**
 * What became of each write of a batch. HubSpot gives results and errors in no order, so each is led back to its write:
 * by operation id, by record id or key, by the values of a created record. What can't be led back is unknown, and so is
 * a write without an answer, which HubSpot has been seen to leave out after a merge.
 */
export function outcomesOf(body: unknown, writes: readonly WireWrite[], described: Described): readonly Wrote[] {
  const answer = batchAnswer().safeParse(body);
  const [first] = writes;
  if (!answer.success || first === undefined) return writes.map(() => unknownOutcome('broken_answer'));
  const kind = kindOf(first.write);
  const outcomes = new Map<WireWrite, Wrote>();
  const stray: unknown[] = [];
  for (const error of answer.data.errors ?? []) {
    const blamed = writes.filter((write) => namesOf(error).some((name) => isNamed(write, kind, name)));
    for (const write of blamed) outcomes.set(write, refusalOf(error));
    if (blamed.length === 0) stray.push(error);
  }
  const left = new Set(writes.filter((write) => !outcomes.has(write)));
  for (const [write, result] of paired([...left], answer.data.results, kind)) {
    left.delete(write);
    outcomes.set(write, doneWith(result, write, kind, described));
  }
  const [only] = left;
  if (only && left.size === 1 && stray.length === 1) outcomes.set(only, refusalOf(stray[0]));
  return writes.map((write) => outcomes.get(write) ?? unknownOutcome(NO_RESULT));
}

const namesOf = (error: unknown): readonly string[] => {
  const context = named().safeParse(error).data?.context ?? {};
  return ['objectWriteTraceId', 'ids', 'id'].flatMap((key) => context[key] ?? []);
};

function isNamed({ write: { op, id, uniqueKey } }: WireWrite, kind: Kind, name: string): boolean {
  if (name === op) return true;
  return kind === 'update' ? name === id : kind === 'upsert' && fold(name) === fold(keyOf(uniqueKey!));
}

const fold = (text: string): string => text.trim().toLowerCase();

function paired(writes: readonly WireWrite[], results: readonly WireRecord[], kind: Kind): readonly (readonly [WireWrite, WireRecord])[] {
  const pairs: (readonly [WireWrite, WireRecord])[] = [];
  const [left, unclaimed] = [new Set(writes), new Set(results)];
  const claim = (write: WireWrite, result: WireRecord) => {
    pairs.push([write, result]);
    left.delete(write);
    unclaimed.delete(result);
  };
  for (const result of results) {
    const write = [...left].find((each) => isAnswer(each, kind, result));
    if (write) claim(write, result);
  }
  const [lastWrite, lastResult] = [[...left][0], [...unclaimed][0]];
  if (kind !== 'update' && lastWrite && lastResult && left.size === 1 && unclaimed.size === 1) claim(lastWrite, lastResult);
  if (kind !== 'create') return pairs;

  // Writes of equal values are as good as one another: each group takes its results if no other group could.
  const groups = new Map<string, WireWrite[]>();
  for (const write of left) {
    const values = stableJson(write.properties);
    groups.set(values, [...(groups.get(values) ?? []), write]);
  }
  for (const group of groups.values()) {
    const fitting = [...unclaimed].filter((result) => holds(result, group[0]!));
    const alone = fitting.every((result) => [...left].filter((write) => holds(result, write)).every((write) => group.includes(write)));
    if (alone && fitting.length === group.length) for (const [index, write] of group.entries()) claim(write, fitting[index]!);
  }
  return pairs;
}

function isAnswer({ write: { op, id, uniqueKey } }: WireWrite, kind: Kind, result: WireRecord): boolean {
  if (result.objectWriteTraceId != null) return result.objectWriteTraceId === op;
  if (kind === 'update') return result.id === id;
  const key = uniqueKey && result.properties[uniqueKey.field];
  return kind === 'upsert' && typeof key === 'string' && fold(key) === fold(keyOf(uniqueKey!));
}

/** What was sent is in the record, as far as the answer shows it. */
const holds = ({ properties: stored }: WireRecord, { properties }: WireWrite): boolean =>
  Object.entries(properties).every(([name, value]) => {
    const kept = stored[name];
    return kept === undefined || (typeof kept === 'string' && fold(kept) === fold(value));
  });

function doneWith(result: WireRecord, { write }: WireWrite, kind: Kind, { fields, modified }: Described): Wrote {
  if (kind === 'update' && result.id !== write.id) return { outcome: 'gone', successor: result.id };
  const modifiedAt = toInstant(result.properties[modified]) ?? toInstant(result.updatedAt);
  return {
    outcome: 'done',
    id: result.id,
    created: kind === 'create' || (kind === 'upsert' && result.new === true),
    values: valuesOf(
      result.properties,
      Object.keys(write.values).flatMap((name) => fields.get(name) ?? []),
    ),
    ...(modifiedAt === null ? {} : { modifiedAt }),
  };
}
