import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const DEMO = fileURLToPath(new URL('../../examples/demo/run.ts', import.meta.url));

const demo = (...options: string[]) =>
  promisify(execFile)(process.execPath, [DEMO, ...options], { env: { ...process.env, FORCE_COLOR: undefined } });

interface Words {
  /** API calls of the import, and the lines of the two CRMs' own names and units. */
  readonly importCalls: RegExp;
  readonly phone: RegExp;
  readonly status: RegExp;
  readonly activity: readonly RegExp[];
  readonly counted: RegExp;
  readonly lastName: RegExp;
  readonly thread: RegExp;
}
/** What the story says in the words of each CRM; the rest is the same. */
const CRMS: Readonly<Record<'salesforce' | 'hubspot', Words>> = {
  salesforce: {
    importCalls: /✓ 6 API calls: describe Contact.*1 token request/,
    phone: /Phone +\(415\) 555-0123 +phone_number +\+14155550123/,
    status: /Lead_Status__c +New +lead_status +New/,
    activity: [/Lead_Status__c +New +Qualified/, /Salesforce Task +new/, /CallType +Inbound/, /CallDurationInSeconds +125/],
    counted: /✓ before and after: 3,000 contacts, 2 Tasks, not a field changed/,
    lastName: /last_name +Smith +Smith-Jones +LastName/,
    thread: /✓ 2 signed webhooks, one Task on Alice’s record/,
  },
  hubspot: {
    importCalls: /✓ 95 API calls: properties contacts.*list contacts ×31/,
    phone: /phone +\(415\) 555-0123 +phone_number +\+14155550123/,
    status: /hs_lead_status +New +lead_status +New/,
    activity: [/hs_lead_status +New +Qualified/, /HubSpot call +new/, /hs_call_direction +INBOUND/, /hs_call_duration +125400/],
    counted: /✓ before and after: 3,000 contacts, 2 calls, not a field changed/,
    lastName: /last_name +Smith +Smith-Jones +lastname/,
    thread: /✓ 2 signed webhooks, one communication on Alice’s record/,
  },
};

/** What a run that ends with another exit code than 0 has said. */
const failed = (...options: string[]) =>
  demo(...options).then(
    () => null,
    (error: { readonly code: number; readonly stdout: string; readonly stderr: string }) => error,
  );

describe('npm run demo', () => {
  it.each(Object.keys(CRMS) as (keyof typeof CRMS)[])(
    'tells the whole story, finds all of it true, and leaves nothing behind (%s)',
    async (crm) => {
      const words = CRMS[crm];
      const started = performance.now();
      const { stdout, stderr } = await demo('--crm', crm); // rejects for another exit code than 0
      expect(performance.now() - started).toBeLessThan(60_000);
      expect(stderr).toBe('');
      const lines = stdout.split('\n');
      const inOrder = [
        /✓ 3,000 contacts created, 0 failed/,
        /✓ 3 records left out, with the reason: 2 no_match_key .*1 ambiguous/,
        words.importCalls,
        words.phone,
        words.status,
        /^2 {2}An earlier call/,
        /\{\{first_name\}\} +Alice/,
        /→ 200 \{"analysis":"done","push":"done","activity":"done"\}/,
        /lead_qualification_status +Qualified +overwrite +lead_status/,
        /email +alice@example\.com +fill_if_empty +email/,
        /customer_notes +Interested in enterprise plan.* +merge +interaction_summary/,
        /lead_status +New +Qualified/,
        /email +\(empty\) +alice@example\.com/,
        ...words.activity,
        /From: \+14155550123/,
        /To: \+14155550199/,
        /Started: 2026-01-07 15:30:00 UTC/,
        /✓ lead_status overwritten, here and in /,
        /✓ the notes of both calls are kept/,
        /the webhook again +analysis unchanged, push unchanged, activity unchanged +none/,
        /push\(\) +0 to send +none/,
        /a forged webhook +401, signature_mismatch +none/,
        words.counted,
        words.lastName,
        /✓ push\(\) makes no call/,
        /11:00:00 Contact: Can we have the demo on Tuesday\?/,
        /11:02:00 Contact: At ten, if that suits you\./,
        words.thread,
        /lead_status +Working +Qualified +Qualified/,
        /✓ engine\.conflicts has both values, who won \(local\), and why: later_edit/,
        /✓ the next sync\(\) has nothing to write/,
        /lead_status +Qualified +01-08 14:02 +olga@acme\.example, manual/,
        /email +alice@example\.com +01-07 15:32 +call_a94f3e, fill_if_empty/,
        /✓ all 8 values that Alice has say where they came from/,
      ];
      let at = 0;
      for (const line of inOrder) {
        const found = lines.findIndex((text, index) => index >= at && line.test(text));
        expect(found, `${line} after line ${at} of:\n${stdout}`).toBeGreaterThanOrEqual(at);
        at = found + 1;
      }
      expect(stdout).not.toContain('✗');
      for (const trick of ['\u001b', '\r']) expect(stdout).not.toContain(trick); // stdout is no terminal here
      expect(lines.filter((line) => [...line].length > 100)).toEqual([]);
      const file = /(\S+contacts\.db)/.exec(stdout)?.[1];
      expect(existsSync(file ?? '')).toBe(false);
    },
  );

  it('knows no other CRM, and says in one line which there are', async () => {
    const error = await failed('--crm', 'pipedrive');
    expect(error).toMatchObject({ code: 1, stdout: '' });
    expect(error?.stderr).toBe('There is no demo with the CRM "pipedrive". Choose --crm salesforce or --crm hubspot.\n');
  });

  it('keeps the database where it is asked to, and says where', async () => {
    const { stdout } = await demo('--keep');
    const file = /The database is kept: (\S+contacts\.db)/.exec(stdout)?.[1] ?? '';
    expect(existsSync(file)).toBe(true);
    await rm(dirname(file), { recursive: true });
  });
});
