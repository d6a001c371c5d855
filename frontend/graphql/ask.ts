/** Questions and changes that are answered while somebody waits: they go past the outbox, and are sent once. */

import type { TypedDocumentNode } from '@apollo/client';
import { textOf } from './document';
import type { Session } from './session';
import { TEXT } from './text';

export type Run = Session['run'];

/** What the server finds wrong with an input; `field` is the last part of its name. */
export interface Fault {
  code: string;
  field: string | undefined;
  message: string;
}

/** Throws Unreachable, Left, and what else the server says, in its words. */
export async function ask<Data, Variables extends Record<string, unknown>>(
  run: Run,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const { data, errors } = await run<Data>(textOf(document), variables);
  if (data) return data;
  throw new Error(errors?.[0]?.message ?? TEXT.noAnswer);
}

/** The first thing that a payload holds against its input. */
export function faultOf({ errors: [error] }: { errors: { code: string; message: string; field: string[] }[] }) {
  return error ? { code: error.code, field: error.field.at(-1), message: error.message } : null;
}

/** What went wrong, where nothing in particular did. */
export function faultBy(error: unknown): Fault {
  const message = (error as { message?: string } | null)?.message || TEXT.tryAgain;
  return { code: '', field: undefined, message };
}
