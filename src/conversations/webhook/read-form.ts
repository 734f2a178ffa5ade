/** The fields of an `application/x-www-form-urlencoded` body in their order, names as often as they were sent. Any bytes are a form. */
export const readForm = (body: Uint8Array): URLSearchParams => new URLSearchParams(new TextDecoder().decode(body));
