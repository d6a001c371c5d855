import { expect, test, vi } from 'vitest';
import { json } from '@/tests/server';
import { post, Unreachable } from './http';

function answers(response: Response | Error) {
  const fetched = vi.fn(async (_url: string, _init: RequestInit) => {
    if (response instanceof Error) throw response;
    return response;
  });
  vi.stubGlobal('fetch', fetched);
  return fetched;
}

test('an operation goes out with its variables, the token and the cookie', async () => {
  const fetched = answers(json({ data: { ok: true } }));
  expect(await post('{ ok }', { id: 'x' }, 'secret')).toEqual({ data: { ok: true } });
  const [url, init] = fetched.mock.calls[0] ?? [];
  expect(url).toBe('/graphql');
  expect(init).toMatchObject({
    method: 'POST',
    credentials: 'include',
    headers: { authorization: 'Bearer secret' },
    body: JSON.stringify({ query: '{ ok }', variables: { id: 'x' } }),
  });
});

test.each([
  ['no network', new TypeError('Failed to fetch')],
  ['a page of HTML', new Response('<h1>Bad gateway</h1>', { status: 502 })],
  ['JSON that is no answer', json({ message: 'Bad gateway' }, 502)],
  ['a server that is busy', json({ data: null, errors: [{ message: 'Later', extensions: { code: 'UNAVAILABLE' } }] })],
])('%s can be tried again', async (_, response) => {
  answers(response);
  await expect(post('{ ok }', {}, null)).rejects.toThrow(Unreachable);
});

test('a refusal is an answer', async () => {
  answers(json({ errors: [{ message: 'No', extensions: { code: 'INVALID_INPUT' } }] }, 400));
  expect(await post('{ ok }', {}, null)).toMatchObject({ errors: [{ message: 'No' }] });
});
