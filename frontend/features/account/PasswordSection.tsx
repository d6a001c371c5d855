'use client';

import { useHere } from '@/features/session/SignedIn';
import { useAsking } from '@/features/session/useAsking';
import { ask, faultOf } from '@/graphql/ask';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { CHANGE_PASSWORD } from './operations';
import { TEXT } from './text';
import { useViewer } from './useViewer';

export function PasswordSection() {
  const { session } = useHere();
  const { viewer } = useViewer();
  const { busy, done, fault, submit } = useAsking(async (typed, form) => {
    const input = { password: typed('password'), newPassword: typed('newPassword') };
    const refused = faultOf((await ask(session.run.bind(session), CHANGE_PASSWORD, { input })).payload);
    if (!refused) form.reset();
    return refused;
  });

  const wrong = (field: string) => (fault?.field === field ? fault.message : undefined);
  return (
    <form onSubmit={submit} className="grid gap-4 rounded-xl border border-line bg-card px-4 py-4 shadow-sm">
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
