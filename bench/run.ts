/** `npm run bench`, or `npm run bench -- planning look-up` for some, `-- --quick` for a tenth of the work. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { inProcess } from './in-process.ts';
import { print, type Report } from './report.ts';

const NAMES = ['planning', 'pull', 'distant-pull', 'memory', 'cycles', 'look-up', 'imports'] as const;

const { values, positionals } = parseArgs({ options: { quick: { type: 'boolean', default: false } }, allowPositionals: true });
for (const name of positionals)
  if (!(NAMES as readonly string[]).includes(name)) throw new Error(`There is no benchmark \`${name}\`: ${NAMES.join(', ')}.`);

const reports: Record<string, Report> = {};
for (const name of NAMES) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  reports[name] = await inProcess<Report>('one.ts', [name, values.quick ? 'quick' : 'whole']);
  print(reports[name]);
}

const folder = fileURLToPath(new URL('results', import.meta.url));
mkdirSync(folder, { recursive: true });
const result = { node: process.version, arch: process.arch, quick: values.quick, reports };
writeFileSync(`${folder}/latest.json`, `${JSON.stringify(result, null, 2)}\n`);
console.log('\nWritten to bench/results/latest.json');
