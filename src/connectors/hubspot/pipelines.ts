import * as z from 'zod';
import type { DescribedOption } from '../../core/described.ts';
import { lazy } from '../../core/lazy.ts';
import type { Call } from '../../ports/connector.ts';
import type { Client } from './client.ts';
import { brokenAnswer } from './errors.ts';
import type { ObjectKind } from './objects.ts';
import { orNothing } from './optional.ts';
import { pipelinesOf } from './paths.ts';

const archived = lazy(() => z.boolean().nullish().catch(null));
const pipelinesAnswer = lazy(() =>
  z.object({
    results: z.array(
      z.object({
        id: z.string(),
        label: z.string(),
        archived: archived(),
        stages: z.array(z.object({ id: z.string(), label: z.string(), archived: archived() })),
      }),
    ),
  }),
);
export type WirePipelines = z.infer<ReturnType<typeof pipelinesAnswer>>['results'];

/** By property. */
export type Options = ReadonlyMap<string, readonly DescribedOption[]>;

/**
 * The options of the properties that hold a pipeline and a stage, which the properties themselves do not tell. None where
 * the object has no pipelines, or the app may not see them.
 *
 * Source: HubSpot developer docs, "Pipelines".
 */
export async function readPipelineOptions(client: Client, { name, pipelines }: ObjectKind, call: Call): Promise<Options> {
  if (pipelines === null) return new Map();
  const resource = pipelinesOf(name);
  const answer = await orNothing(() => client.read(resource, {}, call));
  if (answer === null) return new Map();
  const parsed = pipelinesAnswer().safeParse(answer.body);
  if (!parsed.success) throw brokenAnswer(`GET ${resource.operation}`);
  return pipelineOptions(parsed.data.results, pipelines);
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
