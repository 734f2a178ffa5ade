import { expect, it } from 'vitest';
import { signatureV3 } from '../../../../src/testing/hubspot/webhook.ts';

it('a signature is that of the example in the official Python library', async () => {
  const signature = await signatureV3('yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy', {
    method: 'POST',
    url: 'https://www.example.com/webhook_uri',
    body: "{'example_field':'example_value'}",
    at: 1_693_657_560_000,
  });
  expect(signature).toBe('K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y=');
});
