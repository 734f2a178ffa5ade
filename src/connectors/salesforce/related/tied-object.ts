import type { LoadedOption } from '../../../core/forms/log-form.ts';
import { toInstant } from '../codec.ts';
import type { ObjectInfo } from '../describe.ts';
import type { WireRow } from '../query/field-path.ts';
import { toId18 } from '../record-id.ts';

/** Records of an object as options: what to select, how to order them, and how to read a row. */
export interface TiedObject {
  readonly columns: readonly string[];
  /** Open ones first, then those that changed last. */
  readonly order: readonly string[];
  /** Null for a row without a record id. */
  optionOf(row: WireRow): LoadedOption | null;
}

/** Where a record says how far it has come; the first that is a picklist counts. Custom objects follow the habit. */
const STATES = ['StageName', 'Status', 'Stage__c', 'Status__c'] as const;

/**
 * What an object shows of itself as an option: its name, of a case the number and the subject; the label of its stage or status;
 * whether it is open, where it has `IsClosed`. Fields that are hidden are left out.
 */
export function tiedObject({ described, fields, nameField }: ObjectInfo): TiedObject {
  const has = (name: string): boolean => fields.has(name);
  const subject = described.name === 'Case' && has('Subject') ? 'Subject' : null;
  const state = STATES.map((name) => fields.get(name)).find((field) => field?.type === 'picklist');
  const labels = new Map(state?.options?.map(({ value, label }) => [value, label]));
  const titles = [nameField, subject].filter((name) => name !== null);
  const rest = ['IsClosed', 'CreatedDate', 'LastModifiedDate'].filter(has);
  return {
    columns: [...new Set(['Id', ...titles, ...(state ? [state.name] : []), ...rest])],
    order: [...(has('IsClosed') ? ['IsClosed ASC'] : []), ...(has('LastModifiedDate') ? ['LastModifiedDate DESC'] : []), 'Id ASC'],
    optionOf(row) {
      const id = toId18(row['Id']);
      if (id === null) return null;
      const title = titles.flatMap((name) => textOf(row[name])).join(' ');
      const [stage] = state ? textOf(row[state.name]) : [];
      const [createdAt, updatedAt] = [toInstant(row['CreatedDate']), toInstant(row['LastModifiedDate'])];
      return {
        const: id,
        title: title === '' ? id : title,
        ...(stage === undefined ? {} : { description: labels.get(stage) ?? stage }),
        ...(typeof row['IsClosed'] === 'boolean' ? { open: !row['IsClosed'] } : {}),
        ...(createdAt === null ? {} : { createdAt }),
        ...(updatedAt === null ? {} : { updatedAt }),
      };
    },
  };
}

const textOf = (value: unknown): readonly string[] => (typeof value === 'string' && value !== '' ? [value] : []);
