import * as z from 'zod';
import { lazy } from '../../core/base/lazy.ts';
import type { DescribedOption } from '../../core/schema/described.ts';
import type { Call } from '../../ports/connector.ts';
import type { Client } from './client.ts';
import { brokenAnswer } from './errors.ts';
import type { ObjectKind } from './objects.ts';
import { orNothing } from './optional.ts';
import { pipelinesOf } from './paths.ts';

const archived = lazy(() => z.boolean().nullish().catch(null));
/** Values are text. */
const metadata = lazy(() => z.record(z.string(), z.unknown()).nullish().catch(null));
const pipelinesAnswer = lazy(() =>
  z.object({
    results: z.array(
      z.object({
        id: z.string(),
        label: z.string(),
        archived: archived(),
        stages: z.array(z.object({ id: z.string(), label: z.string(), archived: archived(), metadata: metadata() })),
      }),
    ),
  }),
);
export type WirePipelines = z.infer<ReturnType<typeof pipelinesAnswer>>['results'];

/** By property. */
export type Options = ReadonlyMap<string, readonly DescribedOption[]>;

export interface Stage {
  /** As people read it. */
  readonly label: string;
  /** Records in it are done; null: the stage does not say. */
  readonly closed: boolean | null;
}
/** By id. */
export type Stages = ReadonlyMap<string, Stage>;

export interface Pipelines {
  readonly options: Options;
  readonly stages: Stages;
}
export const NO_PIPELINES: Pipelines = { options: new Map(), stages: new Map() };

/**
 * The options of the properties that hold a pipeline and a stage, which the properties themselves do not tell, and which stages
 * are the end. None where the object has no pipelines, or the app may not see them.
 *
 * Source: HubSpot developer docs, "Pipelines".
 */
export async function readPipelines(client: Client, { name, pipelines }: ObjectKind, call: Call): Promise<Pipelines> {
  if (pipelines === null) return NO_PIPELINES;
  const resource = pipelinesOf(name);
  const answer = await orNothing(() => client.read(resource, {}, call));
  if (answer === null) return NO_PIPELINES;
  const parsed = pipelinesAnswer().safeParse(answer.body);
  if (!parsed.success) throw brokenAnswer(`GET ${resource.operation}`);
  const options = pipelineOptions(parsed.data.results, pipelines);
  const all = parsed.data.results.flatMap(({ stages }) => stages);
  const labels = new Map(options.get(pipelines.stage)?.map(({ value, label }) => [value, label]));
  return {
    options,
    stages: new Map(all.map(({ id, label, metadata }) => [id, { label: labels.get(id) ?? label, closed: isClosed(metadata) }])),
  };
}

/** Deals say `isClosed`, tickets `ticketState`. */
function isClosed(metadata: Readonly<Record<string, unknown>> | null | undefined): boolean | null {
  const { ticketState, isClosed: told } = metadata ?? {};
  if (told === 'true' || ticketState === 'CLOSED') return true;
  return told === 'false' || ticketState === 'OPEN' ? false : null;
}

/** A label that several stages share is told with that of its pipeline. */
export function pipelineOptions(all: WirePipelines, { pipeline, stage }: NonNullable<ObjectKind['pipelines']>): Options {
  const present = all.filter((each) => each.archived !== true);
  const stages = present.flatMap((each) => each.stages.filter((one) => one.archived !== true).map((one) => ({ ...one, of: each.label })));
  const labels = stages.map(({ label }) => label.toLowerCase());
  const isShared = (label: string) => labels.indexOf(label.toLowerCase()) !== labels.lastIndexOf(label.toLowerCase());
  return new Map([
    [pipeline, present.map(({ id, label }) => ({ value: id, label }))],
    [stage, stages.map(({ id, label, of }) => ({ value: id, label: isShared(label) ? `${of}: ${label}` : label }))],
  ]);
}
