import type { CompiledMapping, CrmRecord } from '../mapping/mapping-types.ts';
import { readPath } from '../values/paths.ts';
import type { Fields, Value } from '../values/value.ts';

/**
 * Whether a new record is the person whose earlier record is gone. A number alone does not say so, for it may be somebody
 * else's by now: the record has our id, or its email or whole name is the contact's. A company is told by its own keys.
 */
export function isSamePerson(
  mapping: CompiledMapping,
  record: CrmRecord,
  contact: { readonly id: string; readonly fields: Fields },
): boolean {
  const { idField } = mapping.create;
  if (idField !== null && readPath(record, idField.name) === contact.id) return true;
  if (mapping.entity === 'company') return true;
  const agrees = (field: string): boolean | null => {
    const theirs = fold(fieldOf(mapping, record, field));
    const ours = fold(contact.fields[field] ?? null);
    return theirs === null || ours === null ? null : theirs === ours;
  };
  const names = [agrees('first_name'), agrees('last_name')];
  return agrees('email') === true || (names.includes(true) && !names.includes(false));
}

/** What the record says of a contact field, whichever way that goes. */
function fieldOf(mapping: CompiledMapping, record: CrmRecord, field: string): Value {
  for (const rule of mapping.rules) {
    const remote = rule.field === field ? rule.readRemote(record) : undefined;
    const local = remote === undefined ? null : rule.toLocal(remote);
    if (local?.ok === true) return local.value;
  }
  return null;
}

const fold = (value: Value): string | null => (typeof value === 'string' && value.trim() !== '' ? value.trim().toLowerCase() : null);
