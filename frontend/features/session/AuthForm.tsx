'use client';

import { type FormEvent, useEffect, useState } from 'react';
import { leftWaiting } from '@/graphql/kept/database';
import type { Refusal, Session } from '@/graphql/session';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { later } from '@/ui/later';
import { Front } from './Front';
import { TEXT } from './text';

const ForgotPassword = later(() => import('./ForgotPassword').then(({ ForgotPassword }) => ForgotPassword));

export function AuthForm({ session }: { session: Session }) {
  const [isNew, setNew] = useState(false);
  const [forgot, setForgot] = useState(false);
  const [email, setEmail] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [waiting, setWaiting] = useState<number | null>(null);

  useEffect(() => void leftWaiting().then(setWaiting), []);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '');
    setBusy(true);
    setRefusal(null);
    try {
      setRefusal(
        isNew
          ? await session.signUp(text('name'), text('email'), text('password'))
          : await session.logIn(text('email'), text('password')),
      );
    } catch {
      setRefusal({ field: undefined, message: TEXT.unreachable });
    } finally {
      setBusy(false);
    }
  }

  if (forgot)
    return (
      <Front>
        <ForgotPassword email={email} onBack={() => setForgot(false)} />
      </Front>
    );

  const wrong = (field: string) => (refusal?.field === field ? refusal.message : undefined);
  const general = refusal && !['name', 'email', 'password'].includes(refusal.field ?? '') ? refusal.message : null;
  return (
    <Front>
      <form onSubmit={submit} className="grid gap-4">
        {(session.ended || waiting !== null) && (
          <output className="rounded-lg border border-warn px-3 py-2 text-sm">
            {TEXT.ended} {waiting ? TEXT.endedWaiting(waiting) : ''}
          </output>
        )}
        {isNew && <TextField label={TEXT.name} name="name" autoComplete="name" error={wrong('name')} />}
        <TextField
          label={TEXT.email}
          name="email"
          type="email"
          autoComplete="email"
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          error={wrong('email')}
        />
        <TextField
          label={TEXT.password}
          name="password"
          type="password"
          autoComplete={isNew ? 'new-password' : 'current-password'}
          required
          hint={isNew ? TEXT.passwordHint : undefined}
          error={wrong('password')}
        />
        {general && (
          <p role="alert" className="text-sm text-danger">
            {general}
          </p>
        )}
        <Button type="submit" disabled={busy} className="min-h-11">
          {isNew ? TEXT.signUp : TEXT.logIn}
        </Button>
        <Button
          kind="quiet"
          onClick={() => {
            setNew(!isNew);
            setRefusal(null);
          }}
        >
          {isNew ? TEXT.haveAccount : TEXT.newHere}
        </Button>
        {!isNew && (
          <Button kind="quiet" className="-mt-3" onClick={() => setForgot(true)}>
            {TEXT.forgot}
          </Button>
        )}
      </form>
    </Front>
  );
}
