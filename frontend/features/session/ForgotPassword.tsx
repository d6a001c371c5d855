'use client';

import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { requestReset } from './reset';
import { TEXT } from './text';
import { useAsking } from './useAsking';

interface Props {
  /** What was typed already. */
  email: string;
  onBack: () => void;
}

/** Has a link sent that lets its reader set a new password. Whether there is such an account is not told. */
export function ForgotPassword({ email, onBack }: Props) {
  const { busy, done, fault, submit } = useAsking((typed) => requestReset(typed('email')));
  return (
    <>
      <h2 className="text-lg font-semibold">{TEXT.forgotTitle}</h2>
      {done ? (
        <output className="mt-2 block text-soft">{TEXT.linkSent}</output>
      ) : (
        <form onSubmit={submit} className="mt-2 grid gap-4">
          <p className="text-sm text-soft">{TEXT.forgotHint}</p>
          <TextField
            label={TEXT.email}
            name="email"
            type="email"
            autoComplete="email"
            required
            autoFocus
            defaultValue={email}
            error={fault?.message}
          />
          <Button type="submit" disabled={busy} className="min-h-11">
            {TEXT.sendLink}
          </Button>
        </form>
      )}
      <Button kind="quiet" className="mt-4 w-full" onClick={onBack}>
        {TEXT.backToLogIn}
      </Button>
    </>
  );
}
