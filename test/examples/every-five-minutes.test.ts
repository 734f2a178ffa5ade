import type { Clock } from 'crm-sync-engine';
import { describe, expect, it } from 'vitest';
import { keepInStep } from '../../examples/every-five-minutes/keep-in-step.ts';
import { deployment } from '../flows/support.ts';
import { startExample } from './spawn-example.ts';

const MINUTE = 60_000;

/** Lets simulated time pass from the start: events happen at their minute, between the runs. */
function timetable(clock: ReturnType<typeof deployment>['clock'], events: Readonly<Record<number, () => unknown>>): Clock {
  const start = clock.now();
  const left = Object.entries(events).map(([minute, happen]) => ({ at: start + Number(minute) * MINUTE, happen }));
  return {
    now: () => clock.now(),
    async sleep(ms, signal) {
      const until = clock.now() + ms;
      for (let next = left[0]; next !== undefined && next.at <= until; next = left[0]) {
        left.shift();
        clock.set(next.at);
        await next.happen();
        if (signal?.aborted) return;
      }
      clock.set(until);
    },
  };
}

/** Three and a half hours in the life of a connection. */
async function threeHours() {
  const there = deployment();
  const { clock, crm, engine } = there;
  const alice = crm.add('Contact', { FirstName: 'Alice', LastName: 'Smith', Phone: '+14155550123', Lead_Status__c: 'New' });
  const contactOf = async (phone: string) => (await engine.contacts.byPhone(phone)).contact;
  const seen: Record<string, unknown> = {};
  const failures: unknown[] = [];
  const stop = new AbortController();
  const day = timetable(clock, {
    7: () => crm.edit(alice.id, { FirstName: 'Alicia' }),
    11: async () => (seen['an edit in the CRM'] = (await contactOf('+14155550123'))?.fields.first_name),
    22: () => crm.add('Contact', { FirstName: 'Bob', LastName: 'Jones', Phone: '+14155550124' }),
    26: async () => (seen['a new record'] = (await contactOf('+14155550124'))?.fields.first_name),
    33: async () => {
      const contact = await contactOf('+14155550123');
      await engine.contacts.update(contact?.id ?? '', { email: 'alice@example.com' }, { by: 'test' });
    },
    36: () => (seen['an edit here'] = crm.record(alice.id).fields['Email']),
    // Salesforce is down for the runs at 60, 65 and 70, each of which tries three times; people edit on.
    59: () => crm.fault({ on: 'query', what: 'server_unavailable', times: 9 }),
    64: () => crm.edit(alice.id, { Lead_Status__c: 'Working' }),
    74: async () => (seen['during the outage'] = (await contactOf('+14155550123'))?.fields.lead_status),
    76: async () => (seen['after the outage'] = (await contactOf('+14155550123'))?.fields.lead_status),
    // The day's API calls are used up at 90: Salesforce asks for an hour's patience.
    89: () => crm.fault({ on: 'query', what: 'request_limit' }),
    // The session ends: the refresh token brings another one.
    172: () => {
      crm.expireSessions();
      crm.edit(alice.id, { Lead_Status__c: 'Qualified' });
      crm.forgetCalls();
    },
    176: async () => {
      seen['tokens after the session ended'] = crm.calls.counts['token'];
      seen['after the session ended'] = (await contactOf('+14155550123'))?.fields.lead_status;
    },
    212: () => stop.abort(),
  });
  await keepInStep(engine, { clock: day, signal: stop.signal, onFailure: (error) => failures.push(error) });
  const runs = (await engine.runs.list({ limit: 100 })).toReversed();
  return { ...there, runs, seen, failures };
}

describe('a first import by hand, then a sync every five minutes', () => {
  it('carries edits both ways within one interval, through an outage, a used-up limit and an ended session', async () => {
    const { crm, seen } = await threeHours();
    expect(seen).toEqual({
      'an edit in the CRM': 'Alicia',
      'a new record': 'Bob',
      'an edit here': 'alice@example.com',
      'during the outage': 'New',
      'after the outage': 'Working',
      'tokens after the session ended': 1,
      'after the session ended': 'Qualified',
    });
    crm.verify();
  });

  it('keeps to the schedule: every five minutes, but an hour later where the CRM asks for it', async () => {
    const { runs } = await threeHours();
    const start = Date.parse('2026-01-05T09:00:00Z');
    const started = runs.map(({ trigger, flow, startedAt }) => `${trigger} ${flow} ${(Date.parse(startedAt) - start) / MINUTE}`);
    const every = (from: number, to: number) =>
      Array.from({ length: (to - from) / 5 + 1 }, (_, index) => `schedule sync ${from + 5 * index}`);
    expect(started).toEqual(['manual pull 0', ...every(5, 90), ...every(150, 210)]);
  });

  it('tells of each run that failed and records it; the others are done', async () => {
    const { runs, failures } = await threeHours();
    const codes = ['server_busy', 'server_busy', 'server_busy', 'daily_limit'];
    expect(failures).toMatchObject(codes.map((code) => ({ code, retryable: true })));
    expect(runs.filter(({ status }) => status === 'failed').map(({ failure }) => failure?.code)).toEqual(codes);
    expect(runs.filter(({ status }) => status === 'done')).toHaveLength(runs.length - codes.length);
  });
});

describe('main.ts', () => {
  it('runs until Ctrl-C and then ends by itself', async () => {
    const example = startExample('examples/every-five-minutes/main.ts', '0.2');
    await example.said('schedule sync: done, 0 created, 1 updated, 0 unchanged');
    example.process.kill('SIGINT');
    const { code, stdout, stderr } = await example.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^manual pull: done, 1 created, 0 updated, 0 unchanged\nschedule sync: done, [\s\S]*stopped\n$/);
  });
});
