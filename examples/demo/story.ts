import { theSameAgain } from './chapters/again.ts';
import { whatTheAgentKnows } from './chapters/agent.ts';
import { bothAtOnce } from './chapters/conflict.ts';
import { earlierCall } from './chapters/earlier-call.ts';
import { aColleagueEdits } from './chapters/edit.ts';
import { why } from './chapters/explain.ts';
import { importEverybody } from './chapters/import.ts';
import { textMessages } from './chapters/messages.ts';
import { oneWebhook } from './chapters/webhook.ts';
import type { Crm } from './crm.ts';
import { RECORDS } from './people.ts';
import { chapter, dim, gap, number, say, table, title } from './present.ts';
import { callMeter, setUp } from './stage.ts';

/** The whole story, on a database in this folder. Every claim in it is looked up, and a wrong one makes the exit code 1. */
export async function tell(kind: Crm, folder: string): Promise<void> {
  const startedAt = performance.now();
  await using stage = await setUp(kind, folder, '2026-01-05T09:00:00Z');
  const meter = callMeter(stage);

  title(
    'crm-sync-engine, told as a story',
    `The contacts of a voice agent, kept in step with ${kind.name}. Only the CRM is a fake: ${kind.words.account} in memory that answers as ${kind.name} does. The rest is real: OAuth and REST over HTTP, SQLite, signed webhooks. The clock is injected, so that four days pass in a few seconds.`,
  );
  gap();
  table(
    [12],
    [
      [dim(kind.name), `${stage.crm.url}   ${number(RECORDS)} contacts, OAuth refresh token`],
      [dim('Our app'), `${stage.hostUrl}   POST /hooks/retell, POST /hooks/twilio`],
      [dim('Our contacts'), `${stage.file}   SQLite, empty`],
    ],
  );

  await importEverybody(stage, meter);
  await earlierCall(stage, meter);
  await whatTheAgentKnows(stage);
  await oneWebhook(stage, meter);
  await theSameAgain(stage, meter);
  await aColleagueEdits(stage, meter);
  await textMessages(stage, meter);
  await bothAtOnce(stage, meter);
  await why(stage);

  chapter(10, 'What next', '');
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  say(`That took ${seconds} s and ${stage.crm.calls.filter(({ token }) => !token).length} API calls. To go on:`);
  table(
    [34],
    [
      ['examples/demo/settings.ts', 'schema and analysis rules of this story'],
      ['examples/demo/salesforce.ts', 'connector and mapping for Salesforce'],
      ['examples/demo/hubspot.ts', 'and for HubSpot; `npm run demo -- --crm hubspot` tells the story there'],
      ['examples/demo/host.ts', 'the whole host app: a route per platform'],
      ['README.md', 'the quick start, 50 lines, and where to read on'],
      ['docs/promises.md', 'what is promised, which test holds it, and where it ends'],
      ['npm run demo -- --keep', 'keeps the database, to look into it with any SQLite tool'],
    ],
  );
}
