import { CONVERSATIONS } from '../ports/store.ts';

/**
 * The kinds of entries, each with its scope, its key and what is in it. One place, so that no two flows disagree. What is filed
 * under match keys of companies has kinds of its own (`companyStore`).
 */
export const KIND = {
  /**
   * workspace · connection · whether its flows may call the CRM, whose account it is, and which fields it maps; `|introductions` ·
   * moves whenever one says what it maps
   */
  connection: 'connection',
  /** connection · CRM object · where the next pull goes on */
  checkpoint: 'checkpoint',
  /** connection · `calls` or `merges` · API calls, or questions to the merger, of the last 24 hours, where a budget is set */
  budget: 'budget',
  /** connection · CRM object · how far the links that are known were verified after a full read */
  sweep: 'sweep',
  /** connection · CRM object · what the connector knew of members when they were last compared with the links: counts and times */
  members: 'members',
  /** connection · CRM object · losses of a day, and what is asked about them (R14) */
  brake: 'brake',
  /** connection · run id · the run as recorded so far */
  run: 'run',
  /** connection · flow · id of its newest run */
  latest: 'latest',
  /** connection · `<time>-<hash>` · a field that both sides changed: who won, or that it waits; due while it is open */
  conflict: 'conflict',
  /** connection · `<object>|<record id>|<operation id>` · fields that were written over what the CRM had shown, to be looked at once more (R24) */
  writtenOver: 'written_over',
  /** workspace · contact id · fields that the CRM put back after we wrote them, lately (R25) */
  flips: 'flips',
  /** workspace · `<field>:<value>` · optimistic lock of a match key: an insert expects its version (R19) */
  claim: 'claim',
  /** workspace · `name:<name as it is compared>` · how companies of that name write it; `all` · those from before were gone through */
  spelling: 'spelling',
  /** workspace · `<number>|<until>|<contact id>` · numbers that contacts had, with their times (R20) */
  formerNumber: 'former_number',
  /** workspace · contact id · a contact that was removed: which records it left, and whether it went with them or by somebody's hand */
  removed: 'removed',
  /** workspace · `state` · moves with every erasure, so that whatever is made at the same time is planned again; the key of the hashes */
  erasure: 'erasure',
  /** workspace · keyed hash of a record or match key · an erased person is not made again (R21) */
  suppression: 'suppression',
  /** workspace · `<time>/<turn>/<id>` · why a contact's fields changed (P12) */
  history: 'history',
  /** connection · `<object>|<record id>` · records that wait for a contact, or for a match key that another contact has (R20) */
  waiting: 'waiting',
  /** workspace · `<field>:<value>|<connection>|<object>|<record id>` · the same records, under what they wait for */
  awaited: 'awaited',
  /** workspace · `<connection>|<object>|<record id>` · records that another connection has released: ids, never values (R20) */
  released: 'released',
  /** connection · `<company's record>|<object>|<record id>` · contacts' records whose company is not here: ids, never values */
  untied: 'untied',
  /** connection · `<object>|<record id>` · records to fetch again: failed, stale, or released; ids, never values (R13) */
  recheck: 'recheck',
  /** workspace · `<source>:<id>#<analysis hash>` · this analysis has been applied (R22), what it gave to be merged, and its estimated start */
  applied: 'applied',
  /** workspace · id that the contact was made with, or has · which conversation gave its fields their values, and when that was; how many there were */
  given: CONVERSATIONS.kind,
  /** workspace · `<start>/<source>:<id>/<time>/<version>` · texts that wait for the merger (R10); connection · conflict id · the two of a conflict */
  merge: 'merge',
  /** connection · `<source>:<id>` · a conversation until all its steps are done */
  conversation: 'conversation',
  /** connection · `state` · which segments everybody was compared with, and whether so many events wait that nothing more is */
  segments: 'segments',
  /** connection · id that the contact was made with, or has · the segments that it was last seen in, with watched values */
  membership: 'membership',
  /** connection · `<time>/<turn>/<id>` · a contact entered or left a segment, or changed in it, until the host acknowledges it */
  segmentEvent: 'segment_event',
  /** connection · `<object>|<id that the contact was made with, or has>` · a record that is asked for, is being made, or was refused */
  create: 'create',
  /** connection · key of the operation · a contact that was made from a form: the same once more goes on with it */
  made: 'made',
  /** connection · `<source>:<id>` · the one activity of a conversation: intent, then its id */
  activity: 'activity',
  /** connection · `<contact id>|<key>` · the contact is one of several people of this activity: erasing it finds the activity (R21) */
  sharedActivity: 'shared_activity',
  /** connection · `<source>:thread:<id>:<person>` · what somebody has tied a thread to, for its later activities: ids, never values */
  threadTies: 'thread_ties',
  /** connection · key of its activity · what nobody has answered about an activity that was logged by itself, until somebody does */
  question: 'question',
} as const;
