import { isLive } from '../../core/link/link.ts';
import type { CompiledMapping } from '../../core/mapping/mapping-types.ts';
import type { Row } from '../../ports/store.ts';
import type { Context } from '../context.ts';
import type { Permit } from '../permit.ts';
import type { RunRecorder } from '../run-recorder.ts';

/** Where records are made: what every part of it needs. */
export interface CreatePlace {
  readonly context: Context;
  readonly run: RunRecorder;
  readonly permit: Permit;
  readonly mapping: CompiledMapping;
}

/** Contacts that may get a record: not removed, without a link of the object, and without a record of another mapped object. */
export const isWithoutRecord = ({ mappings }: Context, object: string, { links, removed }: Row): boolean =>
  removed !== true &&
  links.every((link) => link.object !== object && !(isLive(link.state) && mappings.some(({ crmObject }) => crmObject === link.object)));
