import type { CompleteConnector, EngineOptions, Mapping, Run } from 'crm-sync-engine';
import type { Auth } from 'crm-sync-engine/salesforce';
import { type ManualClock, manualClock, type SeenCall } from 'crm-sync-engine/testing';
import { engineFor, type schema } from './support.ts';
import { hubspotCrm } from './world-hubspot.ts';
import { salesforceCrm } from './world-salesforce.ts';

/** What the walk-through knows of a person in the CRM; null is blank. */
export interface Person {
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly phone: string | null;
  readonly status: string | null;
  readonly email: string | null;
  readonly notes: string | null;
  readonly source: string | null;
}

export interface PersonRecord {
  readonly id: string;
  readonly fields: Person;
}

/** A conversation as the CRM keeps it. */
export interface LoggedCall {
  readonly id: string;
  /** The conversation that it stands for. */
  readonly key: string | null;
  readonly contactIds: readonly string[];
  readonly subject: string;
  readonly body: string;
}

/** The messages of a thread, or one of them, as the CRM keeps them. */
export interface LoggedMessages {
  readonly id: string;
  /** The day, or the time, that it is filed under. */
  readonly at: string;
  readonly contactIds: readonly string[];
  /** As a person reads them, the subject first. */
  readonly lines: readonly string[];
}

/** An administrator's rule for contacts: the field it names, or only its words. */
type Rule = (person: Person) => { readonly message: string; readonly field?: keyof Person } | null;

export interface AccountOptions {
  /** Shorter pages than the CRM sends, so that few records make several. */
  readonly pageSizeMax?: number;
  readonly contactRule?: Rule;
  /** True: no call may be logged. */
  readonly refusesCalls?: () => boolean;
  /** Default `New`, `Working`, `Qualified`. */
  readonly statuses?: readonly string[];
  /** Another account than the usual one. */
  readonly isOther?: boolean;
}

/**
 * What a fault strikes: a page of the first read, a change of contacts, new ones, new ones by the field of our id, a new or an
 * edited activity, the same of messages, a token request.
 */
export type FaultPlace = 'read' | 'write' | 'create' | 'upsert' | 'log' | 'relog' | 'message' | 'remessage' | 'token';
/** Faults that every CRM has, by what is meant. */
export type FaultKind = 'lost_ack' | 'network' | 'unavailable' | 'html' | 'broken_json' | 'timeout' | 'daily_limit' | 'locked' | 'refused';

/** A fake CRM as tests of the engine speak to it, whichever it is. */
export interface CrmAccount {
  readonly calls: readonly SeenCall[];
  readonly connectorOf: () => CompleteConnector;
  readonly auth: Auth;

  readonly add: (person: Partial<Person>) => PersonRecord;
  readonly edit: (id: string, person: Partial<Person>) => void;
  readonly remove: (id: string) => void;
  readonly restore: (id: string) => void;
  /** The record that is left: in HubSpot one with an id of its own. */
  readonly merge: (winnerId: string, loserId: string) => PersonRecord;
  readonly record: (id: string) => PersonRecord;
  /** Every field of any record, under its name in the CRM. */
  // biome-ignore lint/suspicious/noExplicitAny: assertions need no casts
  readonly valuesOf: (id: string) => Readonly<Record<string, any>>;
  /** Live contacts in the order they were added. */
  readonly list: () => readonly PersonRecord[];

  readonly loggedCalls: () => readonly LoggedCall[];
  readonly loggedMessages: () => readonly LoggedMessages[];
  /** A person changes the text of any field. */
  readonly editField: (id: string, field: string, change: (text: string) => string) => void;
  readonly editCall: (id: string, change: { readonly subject?: string; readonly body?: string }) => void;

  /** The connected user may not see the field any more. */
  readonly hide: (field: keyof Person) => void;
  readonly show: (field: keyof Person) => void;

  readonly fault: (fault: {
    readonly on: FaultPlace;
    readonly what: FaultKind;
    readonly times?: number;
    readonly afterMs?: number;
  }) => void;
  /** A fault in the CRM's own words. */
  readonly ownFault: (fault: { readonly on: string; readonly what: string; readonly times?: number }) => void;
  /** @throws Error naming the faults that were declared and did not strike. */
  readonly verify: () => void;
  readonly expireTokens: () => void;
}

/** A CRM with its names and words for what the walk-through is about. */
export interface Crm {
  readonly name: 'Salesforce' | 'HubSpot';
  readonly connection: string;
  /** The object of contacts, and that of logged calls. */
  readonly object: string;
  readonly callObject: string;
  readonly names: Readonly<Record<keyof Person | 'company', string>>;
  /** The mapping of the walk-through: inbound, both ways and outbound. */
  readonly mapping: Mapping<typeof schema>;
  /** A field of contacts that holds our id and no id twice. */
  readonly idField: string;
  /** Characters that the field of the notes holds. */
  readonly notesMax: number;
  /** Codes of our errors: of a rule that refuses a contact, of a record that others write to. */
  readonly codes: { readonly rule: string; readonly locked: string };
  /** A pull of changes shows what was deleted; where it does not, a webhook or a write comes upon it. */
  readonly showsDeletions: boolean;
  /** Requests that a page of contacts costs more where the name of their company is mapped. */
  readonly companyCalls: number;
  /** How often a lock has to be met until a push gives up. */
  readonly lockTries: number;
  /** True for an operation that changes something in the CRM. */
  readonly isWrite: (operation: string) => boolean;
  readonly open: (clock: ManualClock, options: AccountOptions) => CrmAccount;
}

/** A CRM with a way to put an engine on it. */
export interface World extends Crm {
  readonly deployment: (options?: Partial<EngineOptions<typeof schema>>, account?: AccountOptions) => Deployment;
  /** Lets the engine hear of a deletion in the way of this CRM. */
  readonly hearOfDeletion: (engine: Deployment['engine'], id: string) => Promise<Run>;
  /** Writes among operations. */
  readonly writesOf: (operations: readonly string[]) => readonly string[];
}

export type Deployment = ReturnType<typeof engineFor> & {
  readonly crm: CrmAccount;
  /** Where the store keeps what is of this deployment. */
  readonly scope: { readonly workspace: string; readonly connection: string };
};

function worldOf(crm: Crm): World {
  return {
    ...crm,
    deployment(options = {}, account = {}) {
      const clock = manualClock('2026-01-05T09:00:00Z');
      const opened = crm.open(clock, account);
      const { connection, mapping } = crm;
      return {
        crm: opened,
        scope: { workspace: 'acme', connection },
        ...engineFor({ connection, clock, connectorOf: opened.connectorOf, mapping }, options),
      };
    },
    hearOfDeletion: (engine, id) => engine.pull(crm.showsDeletions ? {} : { records: [{ object: crm.object, id }] }),
    writesOf: (operations) => operations.filter(crm.isWrite),
  };
}

/** Record ids in the order in which the first read brings them. */
export const inReadingOrder = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : 1);

/** Every CRM that the package connects to: a flow that the engine promises holds on each. */
export const WORLDS: readonly World[] = [worldOf(salesforceCrm), worldOf(hubspotCrm)];
