// Writes THIRD-PARTY-LICENSES.txt: the licences of the packages that the build bundles (tsup.config.ts, noExternal).
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const BUNDLED = ['@noble/hashes', 'libphonenumber-js', 'papaparse', 'zod'];
const parts = BUNDLED.map((name) => {
  const { license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'));
  const files = readdirSync(`node_modules/${name}`).filter((file) => file.startsWith('LICENSE'));
  const texts = files.map((file) => readFileSync(`node_modules/${name}/${file}`, 'utf8').trim());
  return `${name} (${license})\n\n${texts.join('\n\n')}\n`;
});
writeFileSync(
  'THIRD-PARTY-LICENSES.txt',
  `This package contains code of the following packages, under their own licences.\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`,
);
