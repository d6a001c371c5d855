/** One operation over HTTP, and what its failure means. */

import { correlationId } from './origin';
import { TEXT } from './text';

export interface GraphQLErrorShape {
  message: string;
  extensions?: { code?: string; field?: string[]; retryAfter?: number };
}

export interface Answer<Data> {
  data?: Data | null;
  errors?: GraphQLErrorShape[];
}

/** The server could not be reached, or can't answer right now: the same request may be sent again. */
export class Unreachable extends Error {}

export const API_URL = `${process.env.NEXT_PUBLIC_API_URL ?? ''}/graphql`;

export function socketUrl(): string {
  const base = process.env.NEXT_PUBLIC_WS_URL ?? location.origin.replace(/^http/, 'ws');
  return `${base}/graphql`;
}

const TIMEOUT_MS = 15_000;

/** Throws Unreachable. */
export async function post<Data>(
  query: string,
  variables: Record<string, unknown>,
  token: string | null,
  url = API_URL,
): Promise<Answer<Data>> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: 'POST',
      credentials: 'include',
      cache: 'no-store',
      headers: {
        'content-type': 'application/json',
        'x-correlation-id': correlationId(token),
        ...(token && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    throw new Unreachable(TEXT.unreachable, { cause: error });
  }
  let answer: Answer<Data>;
  try {
    answer = (await response.json()) as Answer<Data>;
  } catch (error) {
    throw new Unreachable(TEXT.answered(response.status), { cause: error });
  }
  // JSON of something on the way, such as a proxy.
  if (!answer?.data && !answer?.errors?.length) throw new Unreachable(TEXT.answered(response.status));
  if (errorCode(answer) === 'UNAVAILABLE') throw new Unreachable(TEXT.busy);
  return answer;
}

export function errorCode(answer: Answer<unknown>): string | undefined {
  return answer.errors?.[0]?.extensions?.code;
}
