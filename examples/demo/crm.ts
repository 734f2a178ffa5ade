import type { Clock, CrmConnector, Mapping } from 'crm-sync-engine';
import type { SeenCall } from 'crm-sync-engine/testing';
import type { schema } from './settings.ts';

/** Values by the CRM's own field names. */
// biome-ignore lint/suspicious/noExplicitAny: they are only shown
export type Values = Readonly<Record<string, any>>;

/** A conversation as the CRM keeps it. */
export interface Logged {
  readonly values: Values;
  readonly contactIds: readonly string[];
}

/** A CRM that the story can be told with: what differs between CRMs, and nothing else. */
export interface Crm {
  readonly name: string;
  /** What is in memory, and how the CRM calls a contact, a logged call and a logged text message. */
  readonly words: { readonly account: string; readonly contact: string; readonly call: string; readonly message: string };
  readonly connection: string;
  readonly mapping: Mapping<typeof schema>;
  /** Fields of a logged call that the story shows, in order. */
  readonly callFields: readonly string[];
  /** Most API calls that the first import may cost. */
  readonly importCallsMax: number;
  /** True for an operation that changes something. */
  readonly isWrite: (operation: string) => boolean;
  /** Puts all contacts of the story into a fake and serves it over HTTP. */
  open(clock: Clock): Promise<OpenCrm>;
}

export interface OpenCrm extends AsyncDisposable {
  readonly url: string;
  readonly connector: CrmConnector;
  readonly aliceId: string;
  readonly calls: readonly SeenCall[];
  readonly contact: (id: string) => Values;
  /** Every contact, as it is. */
  readonly contacts: () => readonly Values[];
  readonly companyOf: (id: string) => string;
  /** Logged calls, the newest last. */
  readonly logged: () => readonly Logged[];
  /** The texts of logged SMS threads, the newest last. */
  readonly threads: () => readonly string[];
  readonly edit: (id: string, values: Values) => void;
}

/** The CRM's name of a contact field, as the mapping has it. */
export const crmField = ({ mapping }: Crm, field: string): string =>
  [mapping.fields.find((rule) => rule.field === field)?.crm ?? field].flat()[0] as string;
