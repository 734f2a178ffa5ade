import type { Millis } from '../../core/values/value.ts';

/** Access tokens. A session ends when nobody has used it for its lifetime. */
export interface Sessions {
  issue(): string;
  /** Uses the session: it lives on from now. */
  use(token: string): boolean;
  end(token: string): void;
  endAll(): void;
}

export function createSessions(orgId: string, now: () => Millis, lifeSeconds: number): Sessions {
  const lastUsed = new Map<string, Millis>();
  let issued = 0;
  return {
    issue() {
      issued += 1;
      const token = `${orgId.slice(0, 15)}!fake.session.${issued}`;
      lastUsed.set(token, now());
      return token;
    },
    use(token) {
      const at = lastUsed.get(token);
      if (at === undefined || now() - at > lifeSeconds * 1000) {
        lastUsed.delete(token);
        return false;
      }
      lastUsed.set(token, now());
      return true;
    },
    end: (token) => {
      lastUsed.delete(token);
    },
    endAll: () => {
      lastUsed.clear();
    },
  };
}
