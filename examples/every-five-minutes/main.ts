/**
 * A process that keeps contacts in step with a CRM until Ctrl-C: a first import by hand, then a sync every five minutes.
 *
 *   node examples/every-five-minutes/main.ts      every five minutes
 *   node examples/every-five-minutes/main.ts 2    every two seconds, to watch it
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type Clock, CrmSyncEngine, defineContactSchema, onEvents } from 'crm-sync-engine';
import { salesforce } from 'crm-sync-engine/salesforce';
import { memoryStore } from 'crm-sync-engine/stores/memory';
import { fakeSalesforce } from 'crm-sync-engine/testing';
import { keepInStep } from './keep-in-step.ts';

const everyMs = Number(process.argv[2] ?? 300) * 1000;
const clock: Clock = { now: () => Date.now(), sleep: (ms, signal) => pause(ms, undefined, { signal }).catch(() => undefined) };

const crm = fakeSalesforce();
const alice = crm.add('Contact', { FirstName: 'Alice', LastName: 'Smith', Phone: '+14155550123', Title: 'Buyer' });
let promotions = 0;
setInterval(() => crm.edit(alice.id, { Title: `Buyer, grade ${++promotions}` }), everyMs).unref(); // somebody at work in the CRM

const engine = new CrmSyncEngine({
  workspace: 'acme',
  connection: 'acme-salesforce',
  schema: defineContactSchema({ title: { type: 'string' } }),
  store: memoryStore(),
  connector: salesforce(crm.options),
  mappings: [
    {
      crmObject: 'Contact',
      fields: [
        { crm: 'Phone', field: 'phone_number', direction: 'inbound' },
        { crm: 'FirstName', field: 'first_name', direction: 'inbound' },
        { crm: 'Title', field: 'title', direction: 'both' },
      ],
    },
  ],
  observer: onEvents({
    'run.finished': ({ result: { trigger, flow, status, counts } }) =>
      console.log(`${trigger} ${flow}: ${status}, ${counts.created} created, ${counts.updated} updated, ${counts.unchanged} unchanged`),
  }),
});

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());

await keepInStep(engine, { everyMs, clock, signal: stop.signal, onFailure: (error) => console.error(error) });
console.log('stopped');
