export { type AiMergerOptions, aiMerger } from './ai-merger.ts';
