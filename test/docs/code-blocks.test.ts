import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, promisify } from 'node:util';
import ts from 'typescript';
import { describe, expect, it, vi } from 'vitest';
import { BLOCKS, type Block, ROOT } from './pages.ts';
import { PRELUDE } from './prelude.ts';

const TS_BLOCKS = BLOCKS.filter(({ language, from }) => language === 'ts' && from === null);
const PIECES = BLOCKS.filter(({ from }) => from !== null);
const inOneFileEach = new Map(TS_BLOCKS.map((block) => [join(ROOT, `${block.page}.${block.line}.ts`), block]));
const PRELUDE_FILE = join(ROOT, 'docs/prelude.d.ts');

/** All blocks at once, each a module of its own beside its page, with the compiler options of the project. */
function compile(): Map<Block, readonly string[]> {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, ROOT);
  const host = ts.createCompilerHost({ ...options, moduleDetection: ts.ModuleDetectionKind.Force });
  const { fileExists, readFile } = host;
  host.fileExists = (name) => name === PRELUDE_FILE || inOneFileEach.has(name) || fileExists(name);
  host.readFile = (name) => (name === PRELUDE_FILE ? PRELUDE : (inOneFileEach.get(name)?.code ?? readFile(name)));
  const program = ts.createProgram({
    rootNames: [...inOneFileEach.keys(), PRELUDE_FILE],
    options: { ...options, moduleDetection: ts.ModuleDetectionKind.Force },
    host,
  });
  return new Map(
    [...inOneFileEach].map(([name, block]) => {
      const source = program.getSourceFile(name);
      const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      return [block, found.map((one) => problem(block, one))];
    }),
  );
}

function problem(block: Block, { start, file, messageText }: ts.Diagnostic): string {
  const line = block.line + (file === undefined || start === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line);
  return `${block.page}:${line} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
}

let compiled: Map<Block, readonly string[]> | undefined;

describe('the code in README and docs', () => {
  it('is there', () => {
    expect(TS_BLOCKS.length).toBeGreaterThan(20);
    expect(TS_BLOCKS.filter(({ isRun }) => isRun).length).toBeGreaterThan(0);
  });

  it.each(TS_BLOCKS.map((block) => [block.place, block] as const))(
    '%s compiles',
    (_, block) => {
      compiled ??= compile();
      expect(compiled.get(block)).toEqual([]);
    },
    120_000,
  );

  it.each(BLOCKS.filter(({ language }) => language === 'json').map(({ place, code }) => [place, code]))('%s is JSON', (_, code) => {
    expect(() => JSON.parse(code)).not.toThrow();
  });
});

describe('a piece of an example', () => {
  /** As it may stand in the file, which the project compiles and a test runs. */
  const indented = (code: string, by: number): string => code.replace(/^(?=.)/gm, ' '.repeat(by));

  it.each(PIECES.map((block) => [block.place, block] as const))('%s stands in its file as it is', (_, { code, from }) => {
    const file = readFileSync(join(ROOT, from ?? ''), 'utf8');
    expect(
      [0, 2, 4, 6].some((by) => file.includes(indented(code, by))),
      `${from} has no such lines:\n${code}`,
    ).toBe(true);
  });
});

const RUNS = TS_BLOCKS.filter(({ isRun }) => isRun);
const isTest = ({ code }: Block): boolean => code.includes("from 'node:test'");

/** Runs `work` with the block in a file of its own: in a new folder inside the checkout, where files that it makes end too. */
async function inFolder<T>({ code }: Block, work: (folder: string, file: string) => Promise<T>): Promise<T> {
  await mkdir(join(ROOT, 'reports'), { recursive: true });
  const folder = await mkdtemp(join(ROOT, 'reports', 'docs-'));
  try {
    const file = join(folder, 'block.test.ts');
    await writeFile(file, code);
    return await work(folder, file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** `console.log(…); // text`: the text is what it prints, with one blank for several and for line ends. */
const PRINTED = /console\.log\(.*\);? +\/\/ (.+)$/gm;

/** A comment that ends in `…` says only how the line begins. */
function upToTheDots(printed: string, comment = ''): string {
  const start = comment.slice(0, -1);
  return comment.endsWith('…') && printed.startsWith(start) ? comment : printed;
}

describe('code that is marked to run', () => {
  it.each(RUNS.filter((block) => !isTest(block)).map((block) => [block.place, block] as const))(
    '%s prints what its comments say',
    async (_, block) => {
      const printed: string[] = [];
      const log = vi.spyOn(console, 'log').mockImplementation((...values) => void printed.push(format(...values).replace(/\s+/g, ' ')));
      const before = process.cwd();
      await inFolder(block, async (folder, file) => {
        process.chdir(folder);
        await import(/* @vite-ignore */ file);
      }).finally(() => {
        process.chdir(before);
        log.mockRestore();
      });
      const said = [...block.code.matchAll(PRINTED)].map(([, comment = '']) => comment);
      expect(said.length).toBeGreaterThan(0);
      expect(printed.map((text, index) => upToTheDots(text, said[index]))).toEqual(said);
    },
  );

  it.each(RUNS.filter(isTest).map((block) => [block.place, block] as const))('%s passes under node:test', async (_, block) => {
    const sources = join(ROOT, 'test/examples/resolve-sources.ts');
    const { stdout } = await inFolder(block, (_, file) => promisify(execFile)(process.execPath, ['--import', sources, '--test', file]));
    expect(stdout).toMatch(/^. pass [1-9]/m);
    expect(stdout).toMatch(/^. fail 0$/m);
  });
});
