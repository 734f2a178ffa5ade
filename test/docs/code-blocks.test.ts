import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format } from 'node:util';
import ts from 'typescript';
import { describe, expect, it, vi } from 'vitest';
import { BLOCKS, type Block, ROOT } from './pages.ts';

const TS_BLOCKS = BLOCKS.filter(({ language }) => language === 'ts');
const inOneFileEach = new Map(TS_BLOCKS.map((block) => [join(ROOT, `${block.page}.${block.line}.ts`), block]));

/** All blocks at once, each a module of its own beside its page, with the compiler options of the project. */
function compile(): Map<Block, readonly string[]> {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, ROOT);
  const host = ts.createCompilerHost({ ...options, moduleDetection: ts.ModuleDetectionKind.Force });
  const { fileExists, readFile } = host;
  host.fileExists = (name) => inOneFileEach.has(name) || fileExists(name);
  host.readFile = (name) => inOneFileEach.get(name)?.code ?? readFile(name);
  const program = ts.createProgram({
    rootNames: [...inOneFileEach.keys(), join(ROOT, 'test/docs/prelude.ts')],
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

/** `console.log(…); // text`: the text is what it prints, up to `…` where there is one. */
const PRINTED = /console\.log\(.*\);? +\/\/ (.+)$/gm;

describe('code that is marked to run', () => {
  it.each(TS_BLOCKS.filter(({ isRun }) => isRun).map((block) => [block.place, block] as const))(
    '%s prints what its comments say',
    async (_, { code }) => {
      await mkdir(join(ROOT, 'reports'), { recursive: true });
      const folder = await mkdtemp(join(ROOT, 'reports', 'docs-'));
      const printed: string[] = [];
      const log = vi.spyOn(console, 'log').mockImplementation((...values) => void printed.push(format(...values).replace(/\s+/g, ' ')));
      const before = process.cwd();
      try {
        const file = join(folder, 'block.ts');
        await writeFile(file, code);
        process.chdir(folder); // files that the block makes end here
        await import(/* @vite-ignore */ file);
      } finally {
        process.chdir(before);
        log.mockRestore();
        await rm(folder, { recursive: true });
      }
      const said = [...code.matchAll(PRINTED)].map(([, comment = '']) => comment);
      expect(said.length).toBeGreaterThan(0);
      expect(printed.map((text, index) => upToTheDots(text, said[index]))).toEqual(said);
    },
  );
});

/** A comment that ends in `…` says only how the line begins. */
function upToTheDots(printed: string, comment = ''): string {
  const start = comment.slice(0, -1);
  return comment.endsWith('…') && printed.startsWith(start) ? comment : printed;
}
