const STEP = /(?:^|(?!^)\.)([^.[\]"]+)|\[(\d{1,6})\]|\["([^"]+)"\]/y;
const STEPS_MAX = 32;

/**
 * The names and positions of a path, from the top: `call.id`, `items[0].text`, `custom["lead score"]`. `$` is the top
 * itself, and may stand before a path. Undefined for anything else. `__proto__` is no name: no platform calls a member so.
 *
 * @example
 * readJsonPath('items[0]["lead.score"]') //=> ['items', '0', 'lead.score']
 */
export function readJsonPath(text: string): readonly string[] | undefined {
  const path = text.replace(/^\$(?:\.(?=[^.])|(?=\[)|$)/, '');
  const steps: string[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < path.length) {
    const match = STEP.exec(path);
    const step = match?.[1] ?? match?.[2] ?? match?.[3];
    if (step === undefined || step === '__proto__' || steps.length === STEPS_MAX) return undefined;
    steps.push(step);
  }
  return path === '' && text !== '$' ? undefined : steps;
}

/**
 * What stands at a path; undefined where a part of it is missing. Only own members and the items of lists count.
 *
 * @example
 * valueAt({ items: [{ text: 'Hi' }] }, 'items[0].text') //=> 'Hi'
 * valueAt({ items: [] }, 'items[0].constructor') //=> undefined
 */
export function valueAt(payload: unknown, path: string): unknown {
  let value = payload;
  for (const step of readJsonPath(path) ?? [path]) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    if (Array.isArray(value) && !/^\d+$/.test(step)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return value;
}
