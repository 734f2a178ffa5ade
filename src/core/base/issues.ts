import type * as z from 'zod';
import type { Issue } from '../../errors.ts';
import type { Parsed } from '../values/value.ts';

/** A problem as the validator tells it, with its full path. */
export type RawIssue = z.core.$ZodIssue;
/** Our own words for a problem, where the general ones say too little. Undefined: the general ones do. */
export type DescribeIssue = (issue: RawIssue, path: Issue['path']) => Partial<Omit<Issue, 'path'>> | undefined;

const DEPTH_MAX = 64;
const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

const code = (name: string): string => `\`${name}\``;
const alternatives = (words: readonly string[]): string => [...new Set(words)].join(' or ');
const keyPath = (path: readonly PropertyKey[]): (string | number)[] => path.map((key) => (typeof key === 'symbol' ? String(key) : key));
const depth = (issue: RawIssue): number => issue.path.length;

/** Told by the input where it was reported, else by the validator's words. */
function isMissing(issue: RawIssue): boolean {
  if (issue.code === 'invalid_union')
    return issue.errors.length > 0 && issue.errors.flat().every((one) => depth(one) === 0 && isMissing(one));
  if (issue.code !== 'invalid_type' && issue.code !== 'invalid_value') return false;
  return 'input' in issue ? issue.input === undefined : issue.message.endsWith('received undefined');
}

function general(issue: RawIssue): Omit<Issue, 'path'> {
  switch (issue.code) {
    case 'invalid_type': {
      const expected = TYPE_WORDS[issue.expected] ?? issue.expected;
      return isMissing(issue)
        ? { code: 'missing', message: 'is missing', remedy: `Give ${expected} here.` }
        : { code: 'wrong_type', message: `must be ${expected}`, remedy: `Give ${expected} here.` };
    }
    case 'invalid_value': {
      const allowed = issue.values.map((value) => code(String(value))).join(', ');
      return isMissing(issue)
        ? { code: 'missing', message: 'is missing', remedy: `Give one of ${allowed}.` }
        : { code: 'unknown_value', message: `must be one of ${allowed}`, remedy: `Use one of ${allowed}.` };
    }
    case 'too_small':
      return issue.origin === 'number'
        ? { code: 'too_small', message: `must be at least ${issue.minimum}`, remedy: `Give a number from ${issue.minimum} on.` }
        : { code: 'too_short', message: `needs at least ${issue.minimum}`, remedy: `Give at least ${issue.minimum} here.` };
    case 'too_big':
      return issue.origin === 'number'
        ? { code: 'too_large', message: `must be at most ${issue.maximum}`, remedy: `Give a number up to ${issue.maximum}.` }
        : { code: 'too_long', message: `holds at most ${issue.maximum}`, remedy: `Give at most ${issue.maximum} here.` };
    case 'invalid_format':
      return { code: 'invalid_format', message: `is not a valid ${issue.format}`, remedy: 'Correct its spelling.' };
    case 'custom': {
      const { code: own, remedy } = (issue.params ?? {}) as { code?: string; remedy?: string };
      return { code: own ?? 'invalid', message: issue.message, remedy: remedy ?? 'Correct this value.' };
    }
    default:
      return { code: 'invalid', message: 'is not valid here', remedy: 'Correct this value.' };
  }
}

/** The branch is about another kind of thing altogether: text where an object is, another literal. */
const isForeign = (branch: readonly RawIssue[]): boolean =>
  branch.some((issue) => depth(issue) === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value'));
/** How far the input is from the branch: keys too many, keys missing and wrong literals weigh most. */
const distance = (branch: readonly RawIssue[]): number =>
  branch.reduce((sum, issue) => {
    if (issue.code === 'unrecognized_keys') return sum + 100 * issue.keys.length;
    return sum + (depth(issue) === 1 && (isMissing(issue) || issue.code === 'invalid_value') ? 101 : 1);
  }, 0);

function unionIssues(branches: readonly RawIssue[][], path: readonly (string | number)[], describe?: DescribeIssue): Issue[] {
  const near = branches.filter((branch) => !isForeign(branch));
  if (near.length === 0) {
    const roots = branches.flatMap((branch) => branch.filter((issue) => depth(issue) === 0));
    const words = alternatives(
      roots.flatMap((issue) => {
        if (issue.code === 'invalid_type') return [TYPE_WORDS[issue.expected] ?? issue.expected];
        return issue.code === 'invalid_value' ? issue.values.map((value) => code(String(value))) : [];
      }),
    );
    return roots.every(isMissing)
      ? [{ path, code: 'missing', message: 'is missing', remedy: `Give ${words} here.` }]
      : [{ path, code: 'wrong_type', message: `must be ${words}`, remedy: `Give ${words} here.` }];
  }
  const smallest = Math.min(...near.map(distance));
  const nearest = near.filter((branch) => distance(branch) === smallest);
  const first = nearest[0]!;
  const missing = nearest.map((branch) => branch.filter(isMissing));
  if (nearest.length === 1 || missing.some((issues) => issues.length !== 1)) return list(first, path, describe);
  // Several forms are equally near: each lacks one key of its own, and the other problems are the same.
  const names = missing.map(([issue]) => code(String(issue!.path.at(-1))));
  const wanted = { code: 'missing', message: `needs one of ${names.join(', ')}`, remedy: `Give one of ${names.join(', ')}.` };
  const rest = first.filter((issue) => !isMissing(issue));
  return [...list(rest, path, describe), { path: [...path, ...keyPath(missing[0]![0]!.path.slice(0, -1))], ...wanted }];
}

function list(issues: readonly RawIssue[], prefix: readonly (string | number)[], describe?: DescribeIssue): Issue[] {
  return issues.flatMap((issue): Issue[] => {
    const path = [...prefix, ...keyPath(issue.path)];
    const own = describe?.(issue, path);
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        path: [...path, key],
        code: 'unknown_key',
        message: `${code(key)} is not a known key`,
        remedy: 'Remove the key, or correct its spelling.',
        ...own,
      }));
    if (own === undefined && issue.code === 'invalid_key') return list(issue.issues, path, describe);
    if (own === undefined && issue.code === 'invalid_union') {
      if (issue.errors.length > 0) return unionIssues(issue.errors, path, describe);
      const { options: known = [] } = issue as { readonly options?: readonly unknown[] };
      const options = known.map((option) => code(String(option))).join(', ');
      const input = (issue.input ?? {}) as Record<string, unknown>;
      const absent = issue.discriminator !== undefined && input[issue.discriminator] === undefined;
      return absent
        ? [{ path, code: 'missing', message: 'is missing', remedy: `Give one of ${options}.` }]
        : [{ path, code: 'unknown_value', message: `must be one of ${options}`, remedy: `Use one of ${options}.` }];
    }
    return [{ path, ...general(issue), ...own }];
  });
}

/**
 * Turns what the validator found into our own issues, so that codes and remedies are ours and stay the same when the
 * validator changes. A union is answered with the problems of the form that is nearest to the input. A refinement
 * gives its own code and remedy as `params: { code, remedy }`.
 */
export const toIssues = (error: { readonly issues: readonly RawIssue[] }, describe?: DescribeIssue): Issue[] =>
  list(error.issues, [], describe);

/** Keys that a validator would pass over (`__proto__` in a record) and nesting that would exhaust the stack. */
function hostileParts(json: unknown): Issue[] {
  const found: Issue[] = [];
  const open: { readonly value: unknown; readonly path: readonly (string | number)[] }[] = [{ value: json, path: [] }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (path.length > DEPTH_MAX) {
      const message = `is nested more than ${DEPTH_MAX} levels deep`;
      return [{ path, code: 'too_deep', message, remedy: 'Flatten the document.' }];
    }
    for (const [name, member] of Object.entries(value)) {
      const at = [...path, Array.isArray(value) ? Number(name) : name];
      if (name === '__proto__')
        found.push({ path: at, code: 'reserved_name', message: '`__proto__` is not allowed as a name', remedy: 'Rename the key.' });
      else open.push({ value: member, path: at });
    }
  }
  return found;
}

/** Reads one untrusted JSON document: its value, or every problem at once. Never throws. */
export function parseDocument<T>(schema: z.ZodType<T>, json: unknown, describe?: DescribeIssue): Parsed<T> {
  const hostile = hostileParts(json);
  if (hostile.some((issue) => issue.code === 'too_deep')) return { ok: false, issues: hostile };
  const result = schema.safeParse(json, { reportInput: true });
  if (result.success && hostile.length === 0) return { ok: true, value: result.data };
  const known = new Set(hostile.map(({ path }) => path.join('\n')));
  const others = result.success ? [] : toIssues(result.error, describe).filter(({ path }) => !known.has(path.join('\n')));
  return { ok: false, issues: [...hostile, ...others] };
}
