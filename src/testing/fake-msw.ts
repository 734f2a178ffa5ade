import { ConnectionLost, type FakeHandler, toFakeRequest, toResponse } from './fake-http.ts';

/**
 * msw handlers that send every request to `origins` to the fake, for code whose `fetch` cannot be replaced. msw is an
 * optional peer, loaded only here; naming its type would break the declarations of whoever has not installed it.
 */
// biome-ignore lint/suspicious/noExplicitAny: see above
export async function mswHandlersOf(handle: FakeHandler, origins: readonly string[]): Promise<any[]> {
  const { http, HttpResponse } = await import('msw');
  return origins.map((origin) =>
    http.all(`${origin}/*`, async ({ request }) => {
      try {
        return toResponse(await handle(await toFakeRequest(request)));
      } catch (error) {
        if (error instanceof ConnectionLost) return HttpResponse.error();
        throw error;
      }
    }),
  );
}
