import * as z from 'zod';
import { lazy } from '../../core/base/lazy.ts';
import { storable } from './storable.ts';

/** A member of an unexpected type counts as absent: one odd member must not cost a conversation. */
export const lenient = <T extends z.ZodType>(type: T) => type.optional().catch(undefined);

// Read as text that can be stored: what a platform passes on from a caller's own words may hold anything.
const storableText = lazy(() => z.string().transform(storable));
export const text = lazy(() => lenient(storableText()));
export const number = lazy(() => lenient(z.number()));
export const boolean = lazy(() => lenient(z.boolean()));
/** Ids and phone numbers, which some platforms send as numbers. */
export const identifier = lazy(() => lenient(z.union([storableText(), z.number()])));
export const scalar = lazy(() => lenient(z.union([storableText(), z.number(), z.boolean()])));
