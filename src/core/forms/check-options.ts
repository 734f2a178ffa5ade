import { type AddProblem, itemsOf, membersOf } from '../mapping/rule-schema.ts';

type Members = Readonly<Record<string, unknown>>;
type Path = readonly (string | number)[];
interface FormFacts {
  readonly isNewContact: boolean;
  /** The types that the form knows; undefined where it names none. */
  readonly types: readonly string[] | undefined;
}

/** A selection has exactly one place where its options come from, and a form that has no contact yet asks none for them. */
export function checkOptions(field: Members, at: Path, { isNewContact, types }: FormFacts, add: AddProblem): void {
  const source = field['options'];
  const { association, byContactType, account, propertyByContactType } = membersOf(source);
  const flag = (name: string): boolean => field[name] === true;

  if (source === undefined && !flag('contactDependent') && !flag('dynamicOptions')) {
    if (field['allowCustomValue'] !== true)
      add(at, 'has no options', 'missing_options', 'Give `options`, `contactDependent: true` or `dynamicOptions: true`.');
  }
  if (flag('contactDependent') && source !== undefined && association === undefined) two('contactDependent');
  if (flag('dynamicOptions') && source !== undefined) two('dynamicOptions');
  if (flag('dynamicOptions') && flag('contactDependent')) two('dynamicOptions');
  if (field['contactDependent'] === false && association !== undefined) opposed('contactDependent');
  if (field['contactTypeDependent'] === false && (byContactType !== undefined || propertyByContactType !== undefined))
    opposed('contactTypeDependent');
  if (flag('contactTypeDependent') && (Array.isArray(source) || (account !== undefined && propertyByContactType === undefined)))
    add(
      [...at, 'contactTypeDependent'],
      'has options that are the same for every type',
      'contradicting_options',
      'Give `options: { byContactType }` or `propertyByContactType`, or leave the flag out.',
    );
  if (membersOf(source)['property'] !== undefined && propertyByContactType !== undefined)
    add([...at, 'options', 'property'], 'is given beside `propertyByContactType`', 'contradicting_options', 'Keep one of the two.');
  if (isNewContact && (flag('contactDependent') || association !== undefined))
    add(
      flag('contactDependent') ? [...at, 'contactDependent'] : [...at, 'options', 'association'],
      'needs a contact, and the form is for one that does not exist yet',
      'contact_dependent_on_new_contact',
      'Use `contactTypeDependent` with `options: { byContactType }`, or `dynamicOptions`.',
    );
  for (const [path, list] of listsOf(source)) {
    checkList(list, [...at, 'options', ...path], add);
    const [, type] = path;
    if (type !== undefined && types !== undefined && !types.includes(type)) unknownType(['options', 'byContactType', type]);
  }
  for (const type of Object.keys(membersOf(propertyByContactType)))
    if (types !== undefined && !types.includes(type)) unknownType(['options', 'propertyByContactType', type]);
  checkDefault(field, at, add);

  function two(name: string): void {
    add([...at, name], 'names a second place where options come from', 'contradicting_options', 'Keep one of the two.');
  }
  function opposed(name: string): void {
    add([...at, name], 'is false, and the options say otherwise', 'contradicting_options', 'Leave the flag out, or give other options.');
  }
  function unknownType(path: Path): void {
    add([...at, ...path], 'is none of `contactTypes`', 'unknown_contact_type', 'Use one of `contactTypes`, or add it there.');
  }
}

function listsOf(source: unknown): readonly (readonly [readonly string[], readonly unknown[]])[] {
  if (Array.isArray(source)) return [[[], source]];
  return Object.entries(membersOf(membersOf(source)['byContactType'])).map(([type, list]) => [['byContactType', type], itemsOf(list)]);
}

/** A page posts text: `1` and `'1'` could not be told apart. */
function checkList(list: readonly unknown[], at: Path, add: AddProblem): void {
  const seen = new Set<string>();
  for (const [index, option] of list.entries()) {
    const { const: value } = membersOf(option);
    if (typeof value !== 'string' && typeof value !== 'number') continue; // told by the shape
    if (seen.has(String(value)))
      add([...at, index, 'const'], 'is the same option once more', 'duplicate_option', 'Remove it, or give it a value of its own.');
    seen.add(String(value));
  }
}

function checkDefault(field: Members, at: Path, add: AddProblem): void {
  const proposed = field['default'];
  if (proposed === undefined || field['allowCustomValue'] === true || !Array.isArray(field['options'])) return;
  if (!field['options'].some((option) => membersOf(option)['const'] === proposed))
    add([...at, 'default'], 'is none of the options', 'unknown_option', 'Use the `const` of an option, or allow custom values.');
}
