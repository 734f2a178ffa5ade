import { readJsonPath } from '../../base/json-path.ts';
import { safeParseLogForm } from '../define-log-form.ts';
import type { FormMetadata } from '../log-form.ts';
import { isObject, type Path, type Report } from './report.ts';

/** `{ id, path }`, with names and positions between dots. A plain text is a path whose last name is the id. */
export function convertMetadata(list: unknown, at: Path, report: Report): readonly FormMetadata[] {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) {
    report.add(at, 'wrong_type', 'must be a list', 'It was left out.');
    return [];
  }
  const found = new Map<string, FormMetadata>();
  for (const [index, raw] of list.entries()) {
    const where = [...at, index];
    const one: unknown = typeof raw === 'string' ? { id: raw.split('.').at(-1), path: raw } : raw;
    if (typeof raw === 'string')
      report.add(where, 'path_as_text', 'is text where `{ id, path }` is usual', 'The last name of the path is its key.');
    const { id, path } = isObject(one) ? one : {};
    const key = id;
    const steps = typeof path === 'string' ? path.split('.').map(stepOf).join('').replace(/^\./, '') : '';
    const parsed = safeParseLogForm({ kind: 'call', fields: [], metadata: [{ key, path: steps }] });
    if (!parsed.ok || readJsonPath(steps) === undefined)
      report.add(
        where,
        'not_carried_over',
        'has no id and path that can be read',
        'Give `{ id, path }` with names between dots: it was left out.',
      );
    else if (found.has(key as string)) report.add(where, 'duplicate_key', 'is the id of another already', 'The first one was taken.');
    else found.set(key as string, { key: key as string, path: steps });
  }
  return [...found.values()];
}

const stepOf = (name: string): string => (/^[^.[\]"]+(?:\[\d{1,6}\])*$/.test(name) ? `.${name}` : `["${name}"]`);
