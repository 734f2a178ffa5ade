export { appendMerger } from './mergers/append-merger.ts';
export { memoryStore } from './stores/memory.ts';
export { contactStoreContract } from './testing/contracts/contact-store.ts';
export type { ContractCase } from './testing/contracts/contract-case.ts';
export { mergerContract } from './testing/contracts/merger.ts';
export { type ConversationOptions, conversation } from './testing/conversation.ts';
export { type ManualClock, manualClock } from './testing/manual-clock.ts';
export { type RecordedEvents, recordEvents } from './testing/record-events.ts';
export { fakeSalesforce } from './testing/salesforce/fake-salesforce.ts';
