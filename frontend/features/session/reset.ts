/** A new password by mail, for whoever is not signed in. */

import { ask, type Fault, faultOf } from '@/graphql/ask';
import { graphql } from '@/graphql/generated';
import { post } from '@/graphql/http';

export const REQUEST = graphql(`
  mutation RequestPasswordReset($input: RequestPasswordResetInput!) {
    payload: requestPasswordReset(input: $input) { errors { code message field } }
  }
`);

export const RESET = graphql(`
  mutation ResetPassword($input: ResetPasswordInput!) {
    payload: resetPassword(input: $input) { errors { code message field } }
  }
`);

const run = <Data>(query: string, variables: Record<string, unknown>) => post<Data>(query, variables, null);

/** Has a link sent, where there is such an account. Throws Unreachable. */
export async function requestReset(email: string): Promise<Fault | null> {
  return faultOf((await ask(run, REQUEST, { input: { email } })).payload);
}

/** Throws Unreachable. */
export async function resetPassword(token: string, newPassword: string): Promise<Fault | null> {
  return faultOf((await ask(run, RESET, { input: { token, newPassword } })).payload);
}
