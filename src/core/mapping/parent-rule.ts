import { itemsOf, membersOf } from './rule-schema.ts';

/**
 * What to do about a rule that would write a parent's field through its child. The field is the business of the parent's own
 * mapping: a contact that wrote it would change it for everybody who has the parent.
 *
 * @param path - Such as `Account.Name`.
 * @param companies - The mappings of companies of the same settings, as they are or as JSON.
 *
 * @example
 * parentRemedy('Account.Name') //=> "Use direction 'inbound' here. To write Name, map the parent itself in `companies`."
 */
export function parentRemedy(path: string, companies: readonly unknown[] = []): string {
  const [parent = '', field = '', ...further] = path.split('.');
  const index = companies.findIndex((mapping) => further.length === 0 && isNamed(parent, membersOf(mapping)['crmObject']));
  if (index < 0)
    return `Use direction 'inbound' here. To write ${path.slice(path.lastIndexOf('.') + 1)}, map the parent itself in \`companies\`.`;
  const place = `companies.mappings.${index}`;
  const rules = itemsOf(membersOf(companies[index])['fields']).map(membersOf);
  const position = rules.findIndex(({ crm }) => [crm].flat().includes(field));
  if (position < 0) return `Use direction 'inbound' here, and give \`${place}\` a rule that writes ${field}.`;
  const { direction } = rules[position] ?? {};
  const writes = direction === 'both' || direction === 'outbound';
  return writes
    ? `Use direction 'inbound' here: \`${place}.fields.${position}\` writes ${field}, once the company is edited.`
    : `Use direction 'inbound' here, and direction 'both' in \`${place}.fields.${position}\`: the company is edited then.`;
}

/** Whether a path's first part is an object's name: `Account`, `Firm__r` of `Firm__c`, `company` of `companies`. */
function isNamed(parent: string, object: unknown): boolean {
  if (typeof object !== 'string') return false;
  const [one, name] = [parent.toLowerCase().replace(/__r$/, ''), object.toLowerCase().replace(/__c$/, '')];
  return one !== '' && [one, `${one}s`, one.replace(/y$/, 'ies')].includes(name);
}
