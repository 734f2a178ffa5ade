import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'tsup';
import type { Report } from './report.ts';
import { median } from './rounds.ts';
import { temporaryFolder } from './stores.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

/** Every entry of the package, by the name that one imports. */
const ENTRIES = Object.keys((JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { exports: object }).exports)
  .filter((entry) => !entry.endsWith('.json'))
  .map((entry) => `crm-sync-engine${entry.slice(1)}`);

const IMPORTS: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(ENTRIES.map((entry) => [entry, [entry]])),
  'core and one connector': ['crm-sync-engine', 'crm-sync-engine/salesforce'],
  jsforce: ['jsforce'],
  '@hubspot/api-client': ['@hubspot/api-client'],
};

/** Fresh processes, in turns; what a process without any import takes is not in it. */
export async function measureImports(rounds: number): Promise<Report> {
  const names = Object.keys(IMPORTS);
  const taken = new Map<string, number[]>(names.map((name) => [name, []]));
  for (
    let round = 0;
    round <= rounds;
    round += 1 // the first one warms the disk
  )
    for (const name of names) {
      const took = await importTime(IMPORTS[name]!);
      if (round > 0) taken.get(name)!.push(took);
    }
  const time = (name: string) => Math.min(...taken.get(name)!);
  const rows = [];
  for (const name of names)
    rows.push({ import: name, best: time(name), median: median(taken.get(name)!), ...(await sizeOf(IMPORTS[name]!)) });
  return {
    title: 'Import in a fresh process, milliseconds; all of its code, bundled',
    rows,
    ratios: [
      { name: 'core and one connector, milliseconds', value: time('core and one connector'), target: 40 },
      { name: 'core and one connector / jsforce', value: time('core and one connector') / time('jsforce'), target: 0.25 },
      { name: 'core and one connector / @hubspot/api-client', value: time('core and one connector') / time('@hubspot/api-client') },
    ],
  };
}

async function importTime(modules: readonly string[]): Promise<number> {
  const imports = modules.map((name) => `await import(${JSON.stringify(name)});`).join(' ');
  const code = `const from = performance.now(); ${imports} console.log(performance.now() - from);`;
  const { stdout } = await run(process.execPath, ['--no-warnings', '--input-type=module', '--eval', code], { cwd: root });
  return Number(stdout);
}

/** Bundled and minified with everything it needs but Node: what it adds to a serverless function. */
async function sizeOf(modules: readonly string[]): Promise<{ readonly 'minified kB': number; readonly 'brotli kB': number }> {
  const entry = join(root, 'bench/results/all.js'); // within the checkout, where the packages are found
  mkdirSync(dirname(entry), { recursive: true });
  writeFileSync(entry, modules.map((name, index) => `export * as m${index} from ${JSON.stringify(name)};`).join('\n'));
  const outDir = temporaryFolder();
  await build({
    config: false,
    entry: [entry],
    outDir,
    format: ['esm'],
    platform: 'node',
    target: 'node22',
    minify: true,
    splitting: true, // what is only imported when it is used counts too
    silent: true,
    noExternal: [/.*/],
    external: ['msw', /^msw\//],
  });
  rmSync(entry);
  const files = readdirSync(outDir).map((name) => readFileSync(join(outDir, name)));
  const sum = (sizes: readonly number[]) => sizes.reduce((a, b) => a + b, 0) / 1000;
  return { 'minified kB': sum(files.map((code) => code.length)), 'brotli kB': sum(files.map((code) => brotliCompressSync(code).length)) };
}
