import { toDynamicVariables } from 'crm-sync-engine';
import { chapter, gap, say, type TableRow, table } from '../present.ts';
import type { Stage } from '../stage.ts';

export async function whatTheAgentKnows({ clock, alice }: Stage): Promise<void> {
  clock.jumpTo('2026-01-07T15:30:00Z');
  chapter(3, 'Alice calls again: what the agent knows', 'Wednesday 15:30');
  say('toDynamicVariables(contact): one read of our own database, no API call while the phone rings.', 'dim');
  gap();
  const variables = toDynamicVariables(await alice());
  table(
    [24],
    Object.entries(variables).map(([name, value]): TableRow => [`{{${name}}}`, value]),
  );
  gap();
  const prompt = '“Hello {{first_name}}, good to hear from {{company_name}} again.”';
  say(
    prompt.replace(/\{\{(\w+)\}\}/g, (_, name: string) => variables[name] ?? ''),
    'italic',
  );
}
