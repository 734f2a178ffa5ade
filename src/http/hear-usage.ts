import type { Call, RequestSeen } from '../ports/connector.ts';

/** The call, and what the answers to its requests have told of the account's calls of the day so far. */
export function hearUsage(call: Call): { readonly call: Call; usage(): RequestSeen['usage'] } {
  let heard: RequestSeen['usage'];
  return {
    call: {
      ...call,
      onRequest: (request) => {
        heard = request.usage ?? heard;
        call.onRequest?.(request);
      },
    },
    usage: () => heard,
  };
}
