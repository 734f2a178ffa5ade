export { type AppendMergerOptions, appendMerger } from './mergers/append-merger.ts';
export { type ChatCompletionsMergerOptions, chatCompletionsMerger } from './mergers/chat-completions-merger.ts';
export { unionMerger } from './mergers/union-merger.ts';
