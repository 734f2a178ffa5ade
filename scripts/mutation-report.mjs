/**
 * What the last `npm run mutation` found: the score of each file, and with `--survivors` every mutant that no test noticed.
 * Only files whose path contains an argument are listed. Exits with 1 where the whole core is below the threshold.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import config from '../stryker.config.mjs';

const { values, positionals } = parseArgs({ options: { survivors: { type: 'boolean', default: false } }, allowPositionals: true });
const { files } = JSON.parse(readFileSync(config.jsonReporter.fileName, 'utf8'));
const DETECTED = new Set(['Killed', 'Timeout']);
const UNDETECTED = new Set(['Survived', 'NoCoverage']);

const count = (mutants, statuses) => mutants.filter(({ status }) => statuses.has(status)).length;
const line = (name, mutants) => {
  const detected = count(mutants, DETECTED);
  const valid = detected + count(mutants, UNDETECTED);
  const score = valid === 0 ? '     –' : `${((100 * detected) / valid).toFixed(1)} %`.padStart(7);
  console.log(`${name.padEnd(36)} ${score}  ${String(detected).padStart(5)} of ${String(valid).padStart(5)}`);
  return valid === 0 ? 100 : (100 * detected) / valid;
};

for (const [name, { mutants, source }] of Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
  if (positionals.length > 0 && !positionals.some((part) => name.includes(part))) continue;
  line(name, mutants);
  if (!values.survivors) continue;
  const lines = source.split('\n');
  for (const { status, mutatorName, replacement, location } of mutants.filter((mutant) => UNDETECTED.has(mutant.status))) {
    const { start, end } = location;
    console.log(`  ${start.line}:${start.column} ${status === 'NoCoverage' ? 'not run' : 'survived'} ${mutatorName}`);
    console.log(
      `    - ${lines
        .slice(start.line - 1, end.line)
        .join('\n      ')
        .trim()}`,
    );
    console.log(`    + ${(replacement ?? '').replaceAll('\n', '\n      ')}`);
  }
}
const total = line(
  'the core',
  Object.values(files).flatMap(({ mutants }) => mutants),
);
if (total < config.thresholds.break) process.exitCode = 1;
