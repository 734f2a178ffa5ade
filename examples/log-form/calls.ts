import type { Conversation, FormContext, FormInput, Match } from 'crm-sync-engine';

/** What the host keeps of a call while somebody works on it. All of it is plain JSON: yours stands in a table. */
export interface RunningCall {
  readonly conversation: Conversation;
  /** For the list of calls. */
  readonly about: string;
  /** Whom the number may belong to, with the options that the form asks for. */
  readonly matches?: readonly Match[];
  /** What the host's own loaders gave, by key of the field, and of which there is more. */
  readonly loaded?: NonNullable<FormInput['loaded']>;
  readonly more?: readonly string[];
  /** What the form said when it was submitted last: the form of a logged call is that of an update. */
  readonly answered?: NonNullable<FormInput['stored']>;
  /** The activity in the CRM. */
  readonly record?: { readonly object: string; readonly id: string };
}

export const contextOf = ({ conversation }: RunningCall): FormContext =>
  conversation.direction === 'outbound' ? 'outboundCall' : 'inboundCall';

export const phoneOf = ({ conversation }: RunningCall): string => conversation.contact.phone ?? '';

/** The host's own storage of running calls; here it is in memory. */
export function callTable(calls: Readonly<Record<string, RunningCall>>) {
  const rows = new Map(Object.entries(calls));
  return {
    list: (): readonly (readonly [string, RunningCall])[] => [...rows],
    get: (call: string): RunningCall | undefined => rows.get(call),
    keep(call: string, change: Partial<RunningCall>): void {
      const row = rows.get(call);
      if (row !== undefined) rows.set(call, { ...row, ...change });
    },
  };
}
export type CallTable = ReturnType<typeof callTable>;
