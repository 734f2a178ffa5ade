import type { LoadedOption } from '../../../core/forms/log-form.ts';
import { isOpen } from '../../../core/forms/options-of.ts';
import { toInstant } from '../codec.ts';
import { compareIds } from '../objects.ts';
import type { Tie } from '../query/associated.ts';
import type { WireRecord } from '../wire-record.ts';
import type { Display } from './display.ts';

interface Shown {
  readonly rows: ReadonlyMap<string, WireRecord>;
  readonly display: Display;
  readonly limit: number;
}

/** The records of these ties as options: open ones first, then the primary one, then what changed last. One that HubSpot does not show is none. */
export function optionsFrom(
  ties: readonly Tie[],
  { rows, display, limit }: Shown,
): { readonly options: readonly LoadedOption[]; readonly more: boolean } {
  const all = ties.flatMap((tie) => {
    const row = rows.get(tie.id);
    return row === undefined ? [] : [{ tie, option: optionOf(row, display) }];
  });
  const changed = ({ updatedAt = '' }: LoadedOption): string => updatedAt;
  const sorted = all.toSorted(
    (a, b) =>
      Number(isOpen(b.option)) - Number(isOpen(a.option)) ||
      Number(b.tie.primary) - Number(a.tie.primary) ||
      (changed(a.option) < changed(b.option) ? 1 : changed(a.option) > changed(b.option) ? -1 : compareIds(a.tie.id, b.tie.id)),
  );
  return { options: sorted.slice(0, limit).map(({ option }) => option), more: sorted.length > limit };
}

function optionOf({ id, properties, createdAt, updatedAt }: WireRecord, display: Display): LoadedOption {
  const text = (name: string): string => {
    const value = properties[name];
    return typeof value === 'string' ? value.trim() : '';
  };
  const titles = display.titles.map((names) =>
    names
      .map(text)
      .filter((part) => part !== '')
      .join(' '),
  );
  const stage = display.stage === null ? undefined : display.stages.get(text(display.stage));
  const description = stage?.label ?? (display.description === null ? '' : text(display.description));
  const closed = stage?.closed ?? (display.closed === null ? null : (TRUTH[text(display.closed)] ?? null));
  const title = titles.find((one) => one !== '') ?? id;
  const stamps = { createdAt: toInstant(createdAt), updatedAt: toInstant(properties[display.modified]) ?? toInstant(updatedAt) };
  return {
    const: id,
    title,
    ...(description !== '' && description !== title && { description }),
    ...(closed !== null && { open: !closed }),
    ...(stamps.createdAt !== null && { createdAt: stamps.createdAt }),
    ...(stamps.updatedAt !== null && { updatedAt: stamps.updatedAt }),
  };
}

const TRUTH: Readonly<Record<string, boolean>> = { true: true, false: false };
