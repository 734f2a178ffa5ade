/**
 * What the connections of one CRM account share in this process, made when the first of them comes. It stays: a few hundred
 * bytes an account, so that limits hold however short-lived the connections are.
 */
export function perAccount<T>(create: () => T): (account: string) => T {
  const shared = new Map<string, T>();
  return (account) => {
    const known = shared.get(account);
    if (known !== undefined) return known;
    const made = create();
    shared.set(account, made);
    return made;
  };
}
