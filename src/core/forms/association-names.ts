import type { LogForm } from './log-form.ts';

/**
 * What forms ask for with a match: every association that the options of a field come from, each once.
 *
 * @example
 * associationNames([{ kind: 'call', fields: [{ key: 'deal', title: 'Deal', type: 'selection', options: { association: 'deals' } }] }]) //=> ['deals']
 */
export function associationNames(forms: readonly LogForm[]): readonly string[] {
  const names = forms.flatMap(({ fields }) =>
    fields.flatMap((field) =>
      field.type === 'selection' && field.options !== undefined && 'association' in field.options ? [field.options.association] : [],
    ),
  );
  return [...new Set(names)];
}
