'use client';

import Link from 'next/link';
import { useEffect, useState } from 'react';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Front } from './Front';
import { resetPassword } from './reset';
import { TEXT } from './text';
import { useAsking } from './useAsking';

/** Where the link of a mail leads: its token stands behind `#`, which no server is told. */
export function ResetPassword() {
  /** Undefined before the address was read. */
  const [token, setToken] = useState<string>();
  const { busy, done, fault, submit, forget } = useAsking((typed) => resetPassword(token ?? '', typed('password')));

  useEffect(() => {
    const read = () => {
      const found = new URLSearchParams(location.hash.slice(1)).get('token');
      // Neither a history nor somebody who looks on shall have it.
      if (found) history.replaceState(null, '', location.pathname);
      setToken((known) => found || known || '');
      if (found) forget();
    };
    read();
    addEventListener('hashchange', read); // another link, in the same tab
    return () => removeEventListener('hashchange', read);
  }, [forget]);

  const atPassword = fault?.field === 'newPassword' ? fault.message : undefined;
  return (
    <Front>
      <h2 className="text-lg font-semibold">{TEXT.resetTitle}</h2>
      {done && <output className="mt-2 block text-soft">{TEXT.resetDone}</output>}
      {token === '' && (
        <p role="alert" className="mt-2 text-danger">
          {TEXT.resetNoToken}
        </p>
      )}
      {token && !done && (
        <form onSubmit={submit} className="mt-4 grid gap-4">
          <TextField
            label={TEXT.newPassword}
            name="password"
            type="password"
            autoComplete="new-password"
            required
            hint={TEXT.passwordHint}
            error={atPassword}
          />
          {fault && !atPassword && (
            <p role="alert" className="text-sm text-danger">
              {fault.message}
            </p>
          )}
          <Button type="submit" disabled={busy} className="min-h-11">
            {TEXT.setPassword}
          </Button>
        </form>
      )}
      <Link href="/" className="mt-4 block rounded-lg px-3 py-2 text-center text-sm font-medium text-accent underline">
        {TEXT.backToLogIn}
      </Link>
    </Front>
  );
}
