import type { LogForm } from './log-form.ts';
import { matchOptionsName } from './options-of.ts';

/**
 * The names of the options that forms expect with a match, each once: the associations of their fields, and of fields with
 * `contactDependent` the keys that are among `published`.
 *
 * @example
 * matchOptionNames([{ kind: 'call', fields: [{ key: 'deal', title: 'Deal', type: 'selection', options: { association: 'deals' } }] }]) //=> ['deals']
 */
export function matchOptionNames(forms: readonly LogForm[], published: readonly string[] = []): readonly string[] {
  const names = forms.flatMap(({ fields }) =>
    fields.flatMap((field) => {
      if (field.type !== 'selection') return [];
      const name = matchOptionsName(field);
      const isAssociation = field.options !== undefined && 'association' in field.options;
      return name !== undefined && (isAssociation || published.includes(name)) ? [name] : [];
    }),
  );
  return [...new Set(names)];
}
