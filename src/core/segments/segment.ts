import * as z from 'zod';
import { type ContactFilter, contactFilterDocument } from '../mapping/contact-filter.ts';
import { checkTogether, fieldSchema, itemsOf, membersOf } from '../mapping/rule-schema.ts';
import { perSchema } from '../schema/per-schema.ts';
import type { FieldName, Schema } from '../schema/schema-types.ts';
import type { Value } from '../values/value.ts';

/** Contacts whose coming and going the host is told, to start outreach. Plain JSON. */
// biome-ignore lint/suspicious/noExplicitAny: see Schema
export interface Segment<S extends Schema = any> {
  /** Its name in events; unique. Under another name it is another segment. */
  readonly name: string;
  /** Who is in it. */
  readonly where: ContactFilter<S>;
  /** Fields whose changes are told, too, while a contact is in it. Default: none. */
  readonly watch?: readonly FieldName<S>[];
  /**
   * True: those who are in it when it is first compared, and those whom the first read of an object brings, are told as entered.
   * Default false: they are known, and nobody is told.
   */
  readonly initial?: boolean;
}

/** What became of a contact in a segment. Exactly one for each time, kept until it is acknowledged. */
export interface SegmentEvent {
  /** Stays the same however often it is read; sorts by time. */
  readonly id: string;
  readonly segment: string;
  readonly type: 'entered' | 'left' | 'changed';
  readonly contactId: string;
  /** ISO 8601 UTC. */
  readonly at: string;
  /** Why it left; null: it did not. */
  readonly reason: 'no_match' | 'contact_removed' | null;
  /** With `changed`: the watched fields, each with what it was. */
  readonly changes: readonly { readonly field: string; readonly before: Value; readonly after: Value }[];
}

const SEGMENTS_MAX = 50;
const WATCH_MAX = 20;
const NAME_MAX = 100;

const uniqueNames = () =>
  checkTogether((value, add) => {
    const names = itemsOf(value).map((segment) => membersOf(segment)['name']);
    for (const [index, name] of names.entries())
      if (typeof name === 'string' && names.indexOf(name) < index)
        add([index, 'name'], 'names another segment already', 'duplicate_segment', 'Give each segment a name of its own.');
  });

/** Segments in a document. */
export const segmentsDocument = perSchema((schema) =>
  z
    .array(
      z.strictObject({
        name: z.string().min(1).max(NAME_MAX),
        where: contactFilterDocument(schema),
        watch: z.array(fieldSchema(schema)).max(WATCH_MAX).optional(),
        initial: z.boolean().optional(),
      }),
    )
    .max(SEGMENTS_MAX)
    .check(uniqueNames()),
);
