import { beforeEach } from 'vitest';
import { nextTest } from './test-under-way.ts';

beforeEach(nextTest);
