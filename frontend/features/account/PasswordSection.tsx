'use client';

import { type FormEvent, useRef, useState } from 'react';
import { useHere } from '@/features/session/SignedIn';
import { ask, type Fault, faultBy, faultOf } from '@/graphql/ask';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { CHANGE_PASSWORD } from './operations';
import { TEXT } from './text';
import { useViewer } from './useViewer';

export function PasswordSection() {
  const { session } = useHere();
  const { viewer } = useViewer();
  const form = useRef<HTMLFormElement>(null);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault | null>(null);
  const [done, setDone] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const typed = new FormData(event.currentTarget);
    const input = { password: String(typed.get('password')), newPassword: String(typed.get('newPassword')) };
    setBusy(true);
    setDone(false);
    try {
      const refused = faultOf((await ask(session.run.bind(session), CHANGE_PASSWORD, { input })).payload);
      setFault(refused);
      setDone(!refused);
      if (!refused) form.current?.reset();
    } catch (error) {
      setFault(faultBy(error));
    } finally {
      setBusy(false);
    }
  }

  const wrong = (field: string) => (fault?.field === field ? fault.message : undefined);
  return (
    <form ref={form} onSubmit={submit} className="grid gap-4 rounded-xl border border-line bg-card px-4 py-4 shadow-sm">
      {/* For what keeps passwords: whose this is. */}
      <input type="text" autoComplete="username" value={viewer?.email ?? ''} readOnly hidden />
      <TextField
        label={TEXT.currentPassword}
        name="password"
        type="password"
        autoComplete="current-password"
        required
        error={wrong('password')}
      />
      <TextField
        label={TEXT.newPassword}
        name="newPassword"
        type="password"
        autoComplete="new-password"
        required
        hint={TEXT.passwordHint}
        error={wrong('newPassword')}
      />
      {fault && !['password', 'newPassword'].includes(fault.field ?? '') && (
        <p role="alert" className="text-sm text-danger">
          {fault.message}
        </p>
      )}
      <div className="flex items-center gap-3">
        <Button type="submit" kind="outline" disabled={busy}>
          {TEXT.changePassword}
        </Button>
        <output className="text-sm text-good">{done && TEXT.passwordChanged}</output>
      </div>
    </form>
  );
}
