import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';

const EDGE = ['core', 'ports', 'errors', 'http'];
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: ['errors'],
  ports: ['core', 'errors'],
  engine: ['core', 'ports', 'errors'],
  http: ['errors', 'ports'],
  connectors: EDGE,
  stores: EDGE,
  mergers: EDGE,
  conversations: ['core', 'errors'],
  testing: ['core', 'ports', 'errors', 'stores', 'mergers'],
};
/** The folders of the core, the lowest first: each may import from those before it. `settings.ts` is above all. */
const CORE = [
  'values',
  'base',
  'domain',
  'link',
  'phone',
  'runs',
  'schema',
  'mapping',
  'conversation',
  'activity',
  'analysis',
  'contacts',
  'segments',
  'suggest',
  'sync',
  'checks',
  'forms',
  'settings.ts',
];
/** Clocks, randomness, process state, network and logs: what a function does not get as an argument. */
const HIDDEN_INPUT =
  /\b(Date\.now|new Date\(\)|Math\.random|randomUUID|await fetch\(|globalThis\.\w+\(|setTimeout|setInterval|process\.|console\.)/;
/** The defaults of edge factories: the one place where the machine's own clock, ids and randomness come in. */
const DEFAULTS = ['src/ports/system-clock.ts', 'src/engine/engine.ts'];

const withoutComments = (source: string): string => source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
const files = (pattern: string): readonly string[] => globSync(pattern).map((file) => file.replaceAll('\\', '/'));

describe('layers', () => {
  it.each(files('src/*/**/*.ts'))('%s imports only what its layer may', (file) => {
    const layer = file.split('/')[1] ?? '';
    for (const [, target = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import\() ?'(\.[^']+)'/g)) {
      const [, reached = ''] = posix.join(posix.dirname(file), target).replace(/\.ts$/, '').split('/');
      expect([layer, ...(MAY_IMPORT[layer] ?? [])]).toContain(reached);
    }
  });

  it.each(files('src/core/**/*.ts'))('%s imports only from lower folders of the core', (file) => {
    const place = (path: string): number => CORE.indexOf(path.split('/')[2] ?? '');
    expect(place(file)).not.toBe(-1);
    for (const [, target = ''] of readFileSync(file, 'utf8').matchAll(/(?:from|import\() ?'(\.[^']+)'/g))
      expect(place(posix.join(posix.dirname(file), target))).toBeLessThanOrEqual(place(file));
  });

  it.each(
    [...files('src/core/**/*.ts'), ...files('src/ports/**/*.ts'), ...files('src/engine/**/*.ts')].filter(
      (file) => !DEFAULTS.includes(file),
    ),
  )('%s has no hidden input', (file) => {
    expect(withoutComments(readFileSync(file, 'utf8'))).not.toMatch(HIDDEN_INPUT);
  });

  it.each([
    ...files('src/core/**/*.ts'),
    ...files('src/ports/**/*.ts'),
    ...files('src/engine/**/*.ts'),
    ...files('src/conversations/**/*.ts'),
  ])('%s runs in a browser: no node: import', (file) => {
    expect(readFileSync(file, 'utf8')).not.toMatch(/from 'node:|import\('node:/);
  });
});
