import { lazy } from '../core/base/lazy.ts';

/** The flows come when the first one is called: a process that only makes an engine, or has not come to use it yet, starts without. */
export const loadFlows = lazy(() => import('./flows.ts'));
