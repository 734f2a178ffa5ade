import { theSameAgain } from './chapters/again.ts';
import { whatTheAgentKnows } from './chapters/agent.ts';
import { earlierCall } from './chapters/earlier-call.ts';
import { aColleagueEdits } from './chapters/edit.ts';
import { why } from './chapters/explain.ts';
import { importEverybody } from './chapters/import.ts';
import { oneWebhook } from './chapters/webhook.ts';
import { RECORDS } from './org.ts';
import { chapter, dim, gap, number, say, table, title } from './present.ts';
import { callMeter, setUp } from './stage.ts';

/** The whole story, on a database in this folder. Every claim in it is looked up, and a wrong one makes the exit code 1. */
export async function tell(folder: string): Promise<void> {
  const startedAt = performance.now();
  await using stage = await setUp(folder, '2026-01-05T09:00:00Z');
  const meter = callMeter(stage);

  title(
    'crm-sync-engine, told as a story',
    'The contacts of a voice agent, kept in step with a CRM. Only the CRM is a fake: an org in memory that answers as Salesforce does. The rest is real: OAuth and REST over HTTP, SQLite, signed webhooks. The clock is injected, so that four days pass in a few seconds.',
  );
  gap();
  table(
    [12],
    [
      [dim('Salesforce'), `${stage.salesforceUrl}   ${number(RECORDS)} contacts, OAuth refresh token`],
      [dim('Our app'), `${stage.hostUrl}   POST /hooks/retell`],
      [dim('Our contacts'), `${stage.file}   SQLite, empty`],
    ],
  );

  await importEverybody(stage, meter);
  await earlierCall(stage, meter);
  await whatTheAgentKnows(stage);
  await oneWebhook(stage, meter);
  await theSameAgain(stage, meter);
  await aColleagueEdits(stage, meter);
  await why(stage);

  chapter(8, 'What next', '');
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  say(`That took ${seconds} s and ${stage.crm.calls.filter(({ token }) => !token).length} API calls. To go on:`);
  table(
    [34],
    [
      ['examples/demo/settings.ts', 'schema, mapping and analysis rules of this story'],
      ['examples/demo/host.ts', 'the whole host app: one route'],
      ['README.md', 'the quick start, 40 lines'],
      ['docs/promises.md', 'what is promised, which test holds it, and where it ends'],
      ['npm run demo -- --keep', 'keeps the database, to look into it with any SQLite tool'],
    ],
  );
}
