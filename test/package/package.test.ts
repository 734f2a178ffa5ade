import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>;
}
const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Manifest;
const subpaths = Object.keys(manifest.exports)
  .filter((path) => path !== './package.json')
  .map((path) => path.replace(/^\./, 'crm-sync-engine'));

/** A host's project with nothing but the packed package in it. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crm-sync-package-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root });
  const packed = JSON.parse(stdout) as { filename: string }[] | Record<string, { filename: string }>;
  const [{ filename } = { filename: '' }] = Object.values(packed);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'host', private: true, type: 'module' }));
  await run('npm', ['install', '--no-audit', '--no-fund', `./${filename}`], { cwd: folder });
}, 180_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

const evaluate = async (type: 'module' | 'commonjs', code: string): Promise<string> =>
  (await run(process.execPath, ['--no-warnings', `--input-type=${type}`, '--eval', code], { cwd: folder })).stdout;

describe('the packed package', () => {
  it.each(subpaths)('%s can be imported, and required from CommonJS', async (subpath) => {
    const names = await evaluate('module', `console.log(JSON.stringify(Object.keys(await import('${subpath}')).sort()))`);
    expect(await evaluate('commonjs', `console.log(JSON.stringify(Object.keys(require('${subpath}')).sort()))`)).toBe(names);
  });

  it('exports what the committed list says: a change of the public API shows in a diff', async () => {
    const lines: string[] = [];
    for (const subpath of subpaths) {
      const values = JSON.parse(
        await evaluate('module', `console.log(JSON.stringify(Object.keys(await import('${subpath}'))))`),
      ) as string[];
      const declared = await readFile(join(root, 'dist', `${subpath.replace(/^crm-sync-engine\/?/, '') || 'index'}.d.ts`), 'utf8');
      const names = [...declared.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list = '']) => list.split(','));
      const exported = names.map((name) =>
        name
          .trim()
          .replace(/^.* as /, (alias) => (alias.startsWith('type ') ? 'type ' : ''))
          .replace(/^type /, ''),
      );
      for (const name of [...new Set(exported)].sort()) lines.push(`${subpath}: ${values.includes(name) ? '' : 'type '}${name}`);
    }
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('exports.txt');
  });

  it('has one copy of the error class, whichever subpath it came by', async () => {
    const code = `
      import { isCrmSyncError } from 'crm-sync-engine';
      import { retellWebhook } from 'crm-sync-engine/conversations';
      const read = retellWebhook({ apiKey: 'k' });
      const error = await read(new Request('https://example.com', { method: 'POST', body: '{}' })).catch((thrown) => thrown);
      console.log(isCrmSyncError(error), error.category);`;
    expect((await evaluate('module', code)).trim()).toBe('true webhook');
  });

  it('has every page and example that its README leads to', async () => {
    const packed = join(folder, 'node_modules/crm-sync-engine');
    const links = [...(await readFile(join(packed, 'README.md'), 'utf8')).matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(
      ([, path = '']) => path,
    );
    expect(links.length).toBeGreaterThan(20);
    expect(links.filter((path) => !existsSync(join(packed, path)))).toEqual([]);
  });

  it('prints an error under its name, with what it says and nothing of how it is made', async () => {
    const code = `
      import { inspect } from 'node:util';
      import { CrmSyncError } from 'crm-sync-engine';
      const error = new CrmSyncError('Gone.', { code: 'gone', category: 'not_found', remedy: 'Look again.' }).locate({ object: 'Contact' });
      const printed = inspect(error);
      console.log(CrmSyncError.name, printed.split('\\n')[0], printed.includes("remedy: 'Look again.'"), printed.includes('Symbol('));`;
    expect((await evaluate('module', code)).trim()).toBe('CrmSyncError CrmSyncError: Gone. true false');
  });

  it('declares types that a strict host can compile against', async () => {
    const host = `
      import { CrmSyncEngine, defineContactSchema } from 'crm-sync-engine';
      import { salesforce } from 'crm-sync-engine/salesforce';
      import { sqliteStore } from 'crm-sync-engine/stores/sqlite';
      import { conversation, fakeSalesforce } from 'crm-sync-engine/testing';
      const schema = defineContactSchema({ lead_status: { type: 'enum', options: ['New', 'Qualified'] } });
      const engine: CrmSyncEngine = new CrmSyncEngine({
        workspace: 'w', connection: 'c', schema, store: sqliteStore({ file: ':memory:' }), connector: salesforce(fakeSalesforce().options),
        mappings: [{ crmObject: 'Contact', fields: [{ crm: 'Status__c', field: 'lead_status', direction: 'both' }] }],
      });
      export const status: 'New' | 'Qualified' | null | undefined = (await new CrmSyncEngine({ workspace: 'w', connection: 'c', schema, store: sqliteStore({ file: ':memory:' }) }).contacts.get('1'))?.fields.lead_status;
      export const result = await engine.handleConversation(conversation({}));
    `;
    await writeFile(join(folder, 'host.ts'), host);
    const compilerOptions = {
      noEmit: true,
      strict: true,
      module: 'nodenext',
      target: 'es2023',
      lib: ['es2023', 'dom', 'esnext.disposable'],
      types: [],
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['host.ts'] }));
    await run(join(root, 'node_modules/.bin/tsc'), ['-p', '.'], { cwd: folder }).catch((error: { stdout: string }) => {
      throw new Error(error.stdout);
    });
  });
});
