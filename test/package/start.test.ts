import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

const evaluate = async (code: string): Promise<unknown> =>
  JSON.parse((await run(process.execPath, ['--no-warnings', '--input-type=module', '--eval', code], { cwd: root })).stdout);

/** Every module that a process loads for these imports, but for those of Node itself: paths within the checkout. */
async function loadedBy(...names: readonly string[]): Promise<readonly string[]> {
  const imports = names.map((name) => `await import(${JSON.stringify(name)});`).join('\n');
  const urls = (await evaluate(`
    import { registerHooks } from 'node:module';
    const urls = [];
    registerHooks({ load(url, context, next) { urls.push(url); return next(url, context); } });
    ${imports}
    console.log(JSON.stringify(urls));`)) as string[];
  return urls.map((url) => (url.startsWith('file:') ? relative(root, fileURLToPath(url)) : url));
}

/** The entry points as they are in the sources, with a zod in which whatever makes a schema throws. */
const importWithoutSchemas = (entry: string) =>
  evaluate(`
    import { registerHooks } from 'node:module';
    const names = Object.keys(await import('zod')).filter((name) => name !== 'default');
    const refusal = (name) => \`export { refuse as \${name} };\`;
    const source = \`const refuse = () => { throw new Error('a schema is made at import'); }; \${names.map(refusal).join('')}\`;
    registerHooks({
      resolve: (specifier, context, next) => (specifier === 'zod' ? { url: 'test:zod', shortCircuit: true } : next(specifier, context)),
      load: (url, context, next) => (url === 'test:zod' ? { format: 'module', source, shortCircuit: true } : next(url, context)),
    });
    console.log(Object.keys(await import('./src/${entry}.ts')).length);`);

describe('a process that imports the core and a connector', () => {
  it.each(['crm-sync-engine/salesforce', 'crm-sync-engine/hubspot'])(
    'loads no HTTP client, no CSV parser and no database (%s)',
    async (connector) => {
      const loaded = await loadedBy('crm-sync-engine', connector);
      expect(loaded).toContain('dist/index.js');
      expect(loaded.filter((path) => !path.startsWith('dist/') || /papaparse|stores|testing|conversations/.test(path))).toEqual([]);
    },
  );

  it('loads less than a megabyte of code in at most ten files, and neither flow nor call before the first one', async () => {
    const loaded = await loadedBy('crm-sync-engine', 'crm-sync-engine/salesforce');
    expect(loaded.reduce((bytes, path) => bytes + statSync(`${root}${path}`).size, 0)).toBeLessThan(1_000_000);
    expect(loaded.length).toBeLessThanOrEqual(10);
    expect(loaded.filter((path) => /(?:flows|calls)-/.test(path))).toEqual([]);
  });
});

it('a process that imports a merger over a language model loads neither the AI SDK nor the HTTP client before the first merge', async () => {
  const loaded = await loadedBy('crm-sync-engine/mergers', 'crm-sync-engine/mergers/ai');
  expect(loaded).toContain('dist/mergers/ai.js');
  expect(loaded.filter((path) => !path.startsWith('dist/'))).toEqual([]);
});

it.each([
  'index',
  'salesforce',
  'hubspot',
  'conversations',
  'mergers',
  'mergers/ai',
  'stores/memory',
  'stores/sqlite',
  'stores/postgres',
  'stores/host',
])('importing %s makes no zod schema: each is made when it is first used', async (entry) => {
  expect(await importWithoutSchemas(entry)).toBeGreaterThan(0);
});
