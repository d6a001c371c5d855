import { expect, test } from 'vitest';
import { correlationId, isFrom } from './origin';

const token = (claims: object) =>
  `e30.${btoa(JSON.stringify(claims)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}.x`;
const ANA = { sid: '0f8fad5b-d9cb-469f-a165-70867728950e', name: 'Ä¿ÿ' };

test('what one sign-in asks for is known by each of its tokens, and by no other', () => {
  const asked = correlationId(token({ ...ANA, jti: 'one' }));
  expect(asked).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
  expect(isFrom(token({ ...ANA, jti: 'two' }), asked)).toBe(true);
  expect(isFrom(token({ sid: '7c9e6679-7425-40de-944b-e07fc1f90ae7' }), asked)).toBe(false);
  expect(correlationId(token(ANA))).not.toBe(correlationId(token(ANA)));
});

test('a token that does not tell is one of this tab', () => {
  for (const opaque of ['secret', null]) expect(isFrom(opaque, correlationId(opaque))).toBe(true);
  expect(isFrom('secret', correlationId(token(ANA)))).toBe(false);
});
