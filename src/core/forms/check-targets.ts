import { type AddProblem, itemsOf, membersOf } from '../mapping/rule-schema.ts';

type Members = Readonly<Record<string, unknown>>;
type Path = readonly (string | number)[];

/** Where the answers of a form go: each to a place that its kind of form has, and no two to the same field. */
export function checkTargets(form: Members, add: AddProblem): void {
  const isNewContact = form['kind'] === 'new_contact';
  const taken = new Map<string, string>();
  const claim = (name: unknown, at: Path): void => {
    if (typeof name !== 'string') return;
    const other = taken.get(name);
    if (other !== undefined) add(at, `is written by ${other} already`, 'two_writers', 'Let each answer go to a field of its own.');
    else taken.set(name, at.slice(0, 2).join('.'));
  };

  for (const list of ['fields', 'metadata'] as const)
    for (const [index, part] of itemsOf(form[list]).map(membersOf).entries()) {
      const at = [list, index, 'writes'];
      const { writes } = part;
      const { association, activityField, recordField } = membersOf(writes);
      if (writes === 'association' && membersOf(part['options'])['association'] === undefined)
        add(
          at,
          'says no name of an association',
          'missing_association',
          "Give `options: { association }`, or `writes: { association: '…' }`.",
        );
      if ((writes === 'association' || association !== undefined) && part['type'] !== 'selection')
        add(
          at,
          'ties a record, which only a selection names',
          'misplaced_target',
          "Give the field the type 'selection', or another `writes`.",
        );
      if (isNewContact && writes !== undefined && recordField === undefined)
        add(at, 'is about an activity, and the form is for a contact', 'misplaced_target', 'Write to `{ recordField }`.');
      if (!isNewContact && recordField !== undefined)
        add(at, 'is a field of a record that this form does not make', 'misplaced_target', 'Write to `{ activityField }`.');
      claim(activityField ?? recordField, at);
    }
  for (const [index, group] of itemsOf(form['exclusive']).map(membersOf).entries())
    for (const [key, lookup] of Object.entries(membersOf(group['lookups']))) claim(lookup, ['exclusive', index, 'lookups', key]);
}
