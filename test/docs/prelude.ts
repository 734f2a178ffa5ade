/**
 * What blocks in the docs may use without saying where it comes from; a block that declares one itself hides it. Text, so
 * that no other file of the project sees these names.
 */
export const PRELUDE = `
import type { Contact, ContactSchema, ContactStore, Conversation, CrmConnector, CrmSyncEngine } from 'crm-sync-engine';
import type { fakeSalesforce } from 'crm-sync-engine/testing';

type Fields = {
  lead_status: { type: 'enum'; options: ['New', 'Working', 'Qualified'] };
  email: { type: 'string' };
  company_name: { type: 'string' };
  interaction_summary: { type: 'string'; description: string };
};

declare global {
  const schema: ContactSchema<Fields>;
  const engine: CrmSyncEngine<typeof schema>;
  const contact: Contact<typeof schema>;
  const conversation: Conversation;
  const connector: CrmConnector;
  const store: ContactStore;
  const crm: ReturnType<typeof fakeSalesforce>;
  const request: Request;
}
`;
