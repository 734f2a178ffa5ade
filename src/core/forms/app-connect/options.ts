import type { LogOption, OptionSource } from '../log-form.ts';
import { isOptionValue, textOfOption } from '../read-options.ts';
import { isObject, type Members, type Path, type Report } from './report.ts';

export interface ConvertedOptions {
  readonly options?: OptionSource;
  readonly contactDependent?: true;
  readonly contactTypeDependent?: true;
  readonly dynamicOptions?: true;
}

/** Where the options of a selection come from: one place here, whatever flags the manifest sets. */
export function convertOptions(field: Members, isNewContact: boolean, at: Path, report: Report): ConvertedOptions {
  const byContact = report.flag(field['contactDependent'], [...at, 'contactDependent']);
  const byType = report.flag(field['contactTypeDependent'], [...at, 'contactTypeDependent']) === true;
  const isDynamic = report.flag(field['dynamicOptions'], [...at, 'dynamicOptions']) === true;
  const list = convertList(field, at, report);
  const account = convertAccount(field, at, report);
  const note = (name: string, code: string, message: string, remedy: string): void => report.add([...at, name], code, message, remedy);

  if (account !== undefined || list !== undefined) {
    if (account !== undefined && list !== undefined)
      note('accountDataKey', 'two_sources', 'stands beside options of the field itself', 'The list of the account was taken.');
    if (byContact === true)
      note('contactDependent', 'two_sources', 'stands beside another place for the options', 'The other place was taken.');
    if (isDynamic) note('dynamicOptions', 'two_sources', 'stands beside another place for the options', 'The other place was taken.');
    return { options: (account ?? list)! };
  }
  if (byType) {
    note(
      'contactTypeDependent',
      'options_by_type',
      'takes its options from the connector',
      'Load them by type of contact, and give them as `loaded`.',
    );
    return { dynamicOptions: true, contactTypeDependent: true };
  }
  if (isDynamic) {
    if (byContact === true)
      note('contactDependent', 'two_sources', 'stands beside `dynamicOptions`', 'The options are loaded: give them as `loaded`.');
    return { dynamicOptions: true };
  }
  if (isNewContact) {
    const message = 'needs a contact, and the form is for one that does not exist yet';
    note('contactDependent', 'contact_dependent_on_new_contact', message, 'Load the options, and give them as `loaded`.');
    return { dynamicOptions: true };
  }
  if (byContact !== true)
    note(
      'contactDependent',
      'contact_dependent_assumed',
      'is not set, and there are no other options',
      'The options are taken from the match.',
    );
  return { contactDependent: true };
}

/** `options` as documented, `selections` as some manifests have it; values under `const`, `value` or `id`. */
function convertList(field: Members, at: Path, report: Report): readonly LogOption[] | undefined {
  const name = field['options'] !== undefined ? 'options' : 'selections';
  if (field[name] === undefined || field[name] === null) return undefined;
  if (name === 'selections') report.add([...at, name], 'selections', 'is read as `options`', 'Nothing to do.');
  const found = new Map<string, LogOption>();
  const raw = Array.isArray(field[name])
    ? field[name].map((one: unknown) => (typeof one === 'string' ? { const: one, title: one } : one))
    : field[name];
  for (const [index, option] of report.objects(raw, [...at, name])) {
    const value = option['const'] ?? option['value'] ?? option['id'];
    const title = option['title'] ?? option['name'] ?? option['display'];
    const where = [...at, name, index];
    if (!isOptionValue(value)) report.add(where, 'not_an_option', 'has no value', 'It was left out.');
    else if (found.has(textOfOption(value))) report.add(where, 'duplicate_option', 'is the same option once more', 'It was left out.');
    else {
      const description = report.text(option['description'], [...where, 'description']);
      const shown = typeof title === 'string' && title.trim() !== '' ? title : textOfOption(value);
      found.set(textOfOption(value), { const: value, title: shown, ...(description !== undefined && { description }) });
    }
  }
  if (found.size > 0) return [...found.values()];
  report.add([...at, name], 'no_options', 'has no option that can be used', 'It was left out.');
  return undefined;
}

function convertAccount(field: Members, at: Path, report: Report): OptionSource | undefined {
  const account = report.text(field['accountDataKey'], [...at, 'accountDataKey']);
  if (account === undefined) return undefined;
  const property = report.text(field['accountDataProperty'], [...at, 'accountDataProperty']);
  const byType = field['accountDataPropertyByContactType'];
  if (isObject(byType)) {
    const entries = Object.entries(byType).filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '');
    if (property !== undefined)
      report.add(
        [...at, 'accountDataProperty'],
        'two_sources',
        'stands beside a property for each type',
        'The properties by type were taken.',
      );
    return { account, propertyByContactType: Object.fromEntries(entries) };
  }
  return { account, ...(property !== undefined && { property }) };
}
