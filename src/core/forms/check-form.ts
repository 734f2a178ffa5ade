import { nearestName } from '../base/text.ts';
import { type AddProblem, itemsOf, membersOf } from '../mapping/rule-schema.ts';
import { checkOptions } from './check-options.ts';
import { checkTargets } from './check-targets.ts';

const isText = (value: unknown): value is string => typeof value === 'string';

/** What the shape of a form can't tell. Takes no shape for granted: all problems are told at once. */
export function checkForm(value: unknown, add: AddProblem): void {
  const form = membersOf(value);
  const fields = itemsOf(form['fields']).map(membersOf);
  const keys = fields.map(({ key }) => key);
  checkKeys(keys, itemsOf(form['metadata']).map(membersOf), add);
  const types = checkContactTypes(form, add);
  for (const [index, field] of fields.entries())
    if (field['type'] === 'selection') checkOptions(field, ['fields', index], { isNewContact: form['kind'] === 'new_contact', types }, add);
  checkTargets(form, add);
  checkExclusive(itemsOf(form['exclusive']).map(membersOf), fields, add);
}

function checkKeys(keys: readonly unknown[], metadata: readonly Readonly<Record<string, unknown>>[], add: AddProblem): void {
  for (const [index, key] of keys.entries())
    if (isText(key) && keys.indexOf(key) < index)
      add(['fields', index, 'key'], 'is the key of another field already', 'duplicate_key', 'Give each field a key of its own.');
  const injected = metadata.map(({ key }) => key);
  for (const [index, key] of injected.entries()) {
    if (!isText(key)) continue;
    if (keys.includes(key))
      add(['metadata', index, 'key'], 'is the key of a field', 'shadows_field', 'Choose another key: metadata never replaces an answer.');
    if (injected.indexOf(key) < index)
      add(['metadata', index, 'key'], 'is the key of other metadata already', 'duplicate_key', 'Give each a key of its own.');
  }
}

/** The types that the form knows; undefined where it names none. */
function checkContactTypes(form: Readonly<Record<string, unknown>>, add: AddProblem): readonly string[] | undefined {
  if (form['contactTypes'] === undefined) return undefined;
  const types = itemsOf(form['contactTypes']).map((type) => membersOf(type)['const']);
  for (const [index, type] of types.entries())
    if (isText(type) && types.indexOf(type) < index)
      add(['contactTypes', index, 'const'], 'is the same type once more', 'duplicate_option', 'Remove it.');
  const chosen = form['defaultContactType'];
  if (isText(chosen) && !types.includes(chosen))
    add(['defaultContactType'], 'is none of `contactTypes`', 'unknown_contact_type', 'Use one of `contactTypes`, or add it there.');
  return types.filter(isText);
}

function checkExclusive(
  groups: readonly Readonly<Record<string, unknown>>[],
  fields: readonly Readonly<Record<string, unknown>>[],
  add: AddProblem,
): void {
  const grouped = new Set<string>();
  for (const [index, group] of groups.entries()) {
    const members = itemsOf(group['fields']);
    for (const [position, key] of members.entries()) {
      if (!isText(key)) continue;
      const at = ['exclusive', index, 'fields', position];
      const field = fields.find((one) => one['key'] === key);
      if (field === undefined) {
        const nearest = nearestName(key, fields.map((one) => one['key']).filter(isText));
        add(
          at,
          'is no field of the form',
          'unknown_field',
          nearest === undefined ? 'Name a field by its key.' : `Did you mean \`${nearest}\`?`,
        );
      } else if (!writesTie(field))
        add(at, 'has no tie to give up', 'not_an_association', 'Let the field write an association, or take it out of the group.');
      if (grouped.has(key)) add(at, 'is in a group already', 'duplicate_field', 'Name each field in one group, once.');
      grouped.add(key);
    }
    for (const key of Object.keys(membersOf(group['lookups'])))
      if (!members.includes(key))
        add(['exclusive', index, 'lookups', key], 'is no field of this group', 'unknown_field', 'Name a field of the group.');
  }
}

function writesTie({ writes }: Readonly<Record<string, unknown>>): boolean {
  return writes === 'association' || isText(membersOf(writes)['association']);
}
