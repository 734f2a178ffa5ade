import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { build as bundle } from 'esbuild';

const CORE = 'src/index.ts';
const ALL = 'the-whole-core';

/**
 * Puts what the core loads at once into one file that every entry loads. esbuild makes a file of each set of modules that the
 * same entries reach: thirty for the core beside one connector, and finding and linking them took as long as a quarter of the
 * code. Here every entry, and every part that is loaded later, reaches all of it.
 *
 * @returns {import('esbuild').Plugin}
 */
export function coreInOneFile() {
  return {
    name: 'core-in-one-file',
    async setup(build) {
      const { core, roots } = await look(Object.values(build.initialOptions.entryPoints));
      build.onResolve({ filter: new RegExp(`^${ALL}$`) }, () => ({ path: ALL, namespace: ALL, sideEffects: true }));
      build.onLoad({ filter: /.*/, namespace: ALL }, () => ({ contents: imports(core), resolveDir: process.cwd() }));
      // The package says that its modules have no side effects, and an import for nothing else would be dropped.
      build.onResolve({ filter: /^\.?\.?\// }, async ({ path, kind, pluginData, ...from }) => {
        if (kind === 'entry-point' || pluginData === ALL) return;
        const found = await build.resolve(path, { ...from, kind, pluginData: ALL });
        return found.path.startsWith(resolve('src')) ? { path: found.path, sideEffects: true } : found;
      });
      build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (!roots.has(path)) return;
        return { contents: `import '${ALL}';\n${await readFile(path, 'utf8')}`, loader: 'ts', resolveDir: dirname(path) };
      });
    },
  };
}

/** The modules that the core loads at once, and those where loading begins: the entries, and what is imported on demand. */
async function look(entryPoints) {
  const { metafile } = await bundle({ entryPoints, bundle: true, write: false, metafile: true, outdir: 'dist', packages: 'external' });
  const importsOf = (path, kind) =>
    (metafile.inputs[path]?.imports ?? []).filter((one) => one.kind === kind && !one.external).map((one) => one.path);
  const core = new Set([CORE]);
  for (const path of core) for (const next of importsOf(path, 'import-statement')) core.add(next);
  const later = Object.keys(metafile.inputs).flatMap((path) => importsOf(path, 'dynamic-import'));
  core.delete(CORE);
  return { core, roots: new Set([...entryPoints, ...later].map((path) => resolve(path))) };
}

const imports = (paths) => [...paths].map((path) => `import ${JSON.stringify(resolve(path))};`).join('\n');
