/** Who is signed in here. The access token lives in memory; the refresh token in a cookie that no script can read. */

import { BehaviorSubject } from 'rxjs';
import { type Answer, errorCode, post, Unreachable } from './http';

export type SessionState = 'restoring' | 'signed-out' | 'signed-in';

export interface Refusal {
  field: string | undefined;
  message: string;
}

interface AuthPayload {
  accessToken: string | null;
  errors: { code: string; message: string; field: string[] }[];
}

const SELECTION = '{ accessToken errors { code message field } }';
const REFRESH = `mutation Refresh { payload: refreshSession(input: { inCookie: true }) ${SELECTION} }`;
const LOG_IN = `mutation LogIn($input: LogInInput!) { payload: logIn(input: $input) ${SELECTION} }`;
const SIGN_UP = `mutation SignUp($input: SignUpInput!) { payload: signUp(input: $input) ${SELECTION} }`;
const LOG_OUT = 'mutation LogOut { payload: logOut(input: {}) { errors { code } } }';

type Post = typeof post;

export class Session {
  readonly state$ = new BehaviorSubject<SessionState>('restoring');
  token: string | null = null;
  private refreshing: Promise<boolean> | null = null;

  constructor(private readonly send: Post = post) {}

  /** A fresh access token; false where the session has ended. Two callers share one refresh. Throws Unreachable. */
  refresh(): Promise<boolean> {
    this.refreshing ??= oneTabAtATime(() => this.trade()).finally(() => {
      this.refreshing = null;
    });
    return this.refreshing;
  }

  async logIn(email: string, password: string): Promise<Refusal | null> {
    return this.enter(await this.send(LOG_IN, { input: { email, password, inCookie: true } }, null));
  }

  async signUp(name: string, email: string, password: string): Promise<Refusal | null> {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    return this.enter(await this.send(SIGN_UP, { input: { name, email, password, timeZone, inCookie: true } }, null));
  }

  async logOut(): Promise<void> {
    await this.send(LOG_OUT, {}, null);
    this.leave();
  }

  /** Run an operation as the viewer; an access token that has run out is refreshed once. Throws Unreachable. */
  async run<Data>(query: string, variables: Record<string, unknown>): Promise<Answer<Data>> {
    const used = this.token;
    const answer = await this.send<Data>(query, variables, used);
    if (!['TOKEN_EXPIRED', 'UNAUTHENTICATED'].includes(errorCode(answer) ?? '')) return answer;
    // Somebody else may have refreshed it meanwhile.
    if (this.token === used && !(await this.refresh())) return answer;
    return this.send<Data>(query, variables, this.token);
  }

  private async trade(): Promise<boolean> {
    const answer = await this.send<{ payload: AuthPayload }>(REFRESH, {}, null);
    const payload = answer.data?.payload;
    if (!payload && errorCode(answer) !== 'UNAUTHENTICATED') {
      throw new Unreachable(answer.errors?.[0]?.message ?? 'The server gave no answer.');
    }
    if (payload?.accessToken) {
      this.token = payload.accessToken;
      this.state$.next('signed-in');
      return true;
    }
    this.leave();
    return false;
  }

  private enter(answer: Answer<unknown>): Refusal | null {
    const payload = (answer.data as { payload: AuthPayload } | null | undefined)?.payload;
    if (payload?.accessToken) {
      this.token = payload.accessToken;
      this.state$.next('signed-in');
      return null;
    }
    const error = payload?.errors[0];
    return {
      field: error?.field.at(-1),
      message: error?.message ?? answer.errors?.[0]?.message ?? 'Something went wrong.',
    };
  }

  private leave() {
    this.token = null;
    if (this.state$.value !== 'signed-out') this.state$.next('signed-out');
  }
}

function oneTabAtATime<Result>(work: () => Promise<Result>): Promise<Result> {
  // Locks exist in secure contexts alone; without them the server answers two tabs at once the same.
  return navigator.locks ? navigator.locks.request('taskflow-refresh', work) : work();
}
