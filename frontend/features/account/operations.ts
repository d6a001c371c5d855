/** The account of whoever is signed in, and where it is signed in. */

import { graphql } from '@/graphql/generated';
import type { SessionsQuery } from '@/graphql/generated/graphql';

export type SignIn = SessionsQuery['sessions'][number];

export const UPDATE_VIEWER = graphql(`
  mutation UpdateViewer($input: UpdateViewerInput!) {
    payload: updateViewer(input: $input) { user { ...ViewerFields } errors { code message field } }
  }
`);

export const SESSIONS = graphql(`
  query Sessions { sessions { id current userAgent createdAt lastUsedAt } }
`);

export const END_SESSION = graphql(`
  mutation EndSession($input: SessionIdInput!) {
    payload: endSession(input: $input) { errors { code message field } }
  }
`);

export const END_OTHER_SESSIONS = graphql(`
  mutation EndOtherSessions { payload: endOtherSessions { errors { code message field } } }
`);

export const CHANGE_PASSWORD = graphql(`
  mutation ChangePassword($input: ChangePasswordInput!) {
    payload: changePassword(input: $input) { errors { code message field } }
  }
`);

export const DELETE_ACCOUNT = graphql(`
  mutation DeleteAccount($input: DeleteAccountInput!) {
    payload: deleteAccount(input: $input) { errors { code message field } }
  }
`);
