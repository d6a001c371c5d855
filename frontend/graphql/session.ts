/** Who is signed in here. The access token lives in memory; the refresh token in a cookie that no script can read.
 *
 * The cookie is one for all tabs: where somebody else signs in in another tab, this one finds out as it refreshes.
 */

import { BehaviorSubject } from 'rxjs';
import { type Answer, errorCode, post, Unreachable } from './http';
import { TEXT } from './text';

export interface Refusal {
  field: string | undefined;
  message: string;
}

/** Whoever began this is not signed in here any more: it must not go on as somebody else. */
export class Left extends Error {
  constructor(kept = false) {
    super(kept ? TEXT.kept : TEXT.gone);
  }
}

interface AuthPayload {
  accessToken: string | null;
  accessTokenExpiresAt: string | null;
  user: { id: string } | null;
  errors: { code: string; message: string; field: string[] }[];
}

const SELECTION = '{ accessToken accessTokenExpiresAt user { id } errors { code message field } }';
const REFRESH = `mutation Refresh { payload: refreshSession(input: { inCookie: true }) ${SELECTION} }`;
const LOG_IN = `mutation LogIn($input: LogInInput!) { payload: logIn(input: $input) ${SELECTION} }`;
const SIGN_UP = `mutation SignUp($input: SignUpInput!) { payload: signUp(input: $input) ${SELECTION} }`;
const LOG_OUT = 'mutation LogOut { payload: logOut(input: {}) { errors { code } } }';

/** A token is traded when this part of its life is over. */
const RENEWED_AT = 0.8;
/** A clock that is wrong makes a token seem old, or young for ever. */
const SHORTEST_MS = 30_000;
const LONGEST_MS = 24 * 60 * 60_000;

type Post = typeof post;

export class Session {
  /** Who is signed in: null for nobody, undefined while that is not known. */
  readonly userId$ = new BehaviorSubject<string | null | undefined>(undefined);
  token: string | null = null;
  /** Whether whoever was here last said that they leave. */
  loggedOut = false;
  /** Whether they were signed out by something else. */
  ended = false;
  private expiresAt = Number.POSITIVE_INFINITY;
  private refreshing: Promise<boolean> | null = null;

  constructor(private readonly send: Post = post) {}

  /** How long from now the token should be used: it is good for a little longer. */
  get renewalMs(): number {
    return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, (this.expiresAt - Date.now()) * RENEWED_AT));
  }

  /** Goes on as whoever was signed in here last, until the server can be asked. */
  assume(userId: string) {
    if (this.userId$.value === undefined) this.become(userId);
  }

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

  /** `forget` removes what is theirs from the device, before anybody can think that it is gone. */
  async logOut(forget: () => Promise<void>): Promise<void> {
    this.loggedOut = true; // also where the server ends the session first, as with an account that is deleted
    try {
      await this.send(LOG_OUT, {}, null);
    } catch (error) {
      this.loggedOut = false;
      throw error;
    }
    this.loggedOut = true; // a refresh that was on its way may have come in
    await forget();
    this.leave();
  }

  /** Run an operation as whoever is signed in now, and as nobody else; an access token that has run out is refreshed
   * once. Throws Unreachable, Left. */
  async run<Data>(query: string, variables: Record<string, unknown>): Promise<Answer<Data>> {
    const who = this.userId$.value;
    if (who && this.token === null) {
      await this.refresh();
      if (this.userId$.value !== who) throw new Left();
    }
    const used = this.token;
    const answer = await this.send<Data>(query, variables, used);
    if (!['TOKEN_EXPIRED', 'UNAUTHENTICATED'].includes(errorCode(answer) ?? '')) return answer;
    // Somebody else may have refreshed it meanwhile.
    if (this.token === used) await this.refresh();
    if (this.userId$.value !== who) throw new Left();
    return this.send<Data>(query, variables, this.token);
  }

  private async trade(): Promise<boolean> {
    const answer = await this.send<{ payload: AuthPayload }>(REFRESH, {}, null);
    const payload = answer.data?.payload;
    if (!payload && errorCode(answer) !== 'UNAUTHENTICATED') {
      throw new Unreachable(answer.errors?.[0]?.message ?? TEXT.noAnswer);
    }
    if (this.admit(payload)) return true;
    this.ended = !this.loggedOut && Boolean(this.userId$.value);
    this.leave();
    return false;
  }

  private enter(answer: Answer<unknown>): Refusal | null {
    const payload = (answer.data as { payload: AuthPayload } | null | undefined)?.payload;
    if (this.admit(payload)) return null;
    const error = payload?.errors[0];
    return {
      field: error?.field.at(-1),
      message: error?.message ?? answer.errors?.[0]?.message ?? TEXT.wrong,
    };
  }

  private admit(payload: AuthPayload | undefined): boolean {
    if (!payload?.accessToken || !payload.user) return false;
    this.token = payload.accessToken;
    this.expiresAt = Date.parse(payload.accessTokenExpiresAt ?? '') || Number.POSITIVE_INFINITY;
    this.loggedOut = false;
    this.ended = false;
    this.become(payload.user.id);
    return true;
  }

  private leave() {
    this.token = null;
    this.become(null);
  }

  private become(userId: string | null) {
    if (this.userId$.value !== userId) this.userId$.next(userId);
  }
}

function oneTabAtATime<Result>(work: () => Promise<Result>): Promise<Result> {
  // Locks exist in secure contexts alone; without them the server answers two tabs at once the same.
  return navigator.locks ? navigator.locks.request('taskflow-refresh', work) : work();
}
