export { type AppendMergerOptions, appendMerger } from './mergers/append-merger.ts';
export { unionMerger } from './mergers/union-merger.ts';
