const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** The origin of a URL that credentials may be sent to: https, or http on this machine. Null for anything else. */
export function secureOrigin(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname));
  return url && secure && url.username === '' && url.password === '' ? url.origin : null;
}
