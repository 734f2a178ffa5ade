import type { Plugin } from 'esbuild';

export declare function coreInOneFile(): Plugin;
