'use client';

import { type FormEvent, useState } from 'react';
import { useHere } from '@/features/session/SignedIn';
import { ask, type Fault, faultBy, faultOf } from '@/graphql/ask';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Modal } from '@/ui/Modal';
import { DELETE_ACCOUNT } from './operations';
import { TEXT } from './text';

export function DeleteSection() {
  const { session, store } = useHere();
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault | null>(null);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const password = String(new FormData(event.currentTarget).get('password'));
    setBusy(true);
    try {
      const refused = faultOf((await ask(session.run.bind(session), DELETE_ACCOUNT, { input: { password } })).payload);
      setFault(refused);
      if (refused) return;
      // Its channels went with it; the cookie goes as well, and all that is on this device.
      await session.logOut(store.forget);
    } catch (error) {
      setFault(faultBy(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <div>
      <Button
        kind="danger"
        onClick={() => {
          setFault(null);
          setOpen(true);
        }}
      >
        {TEXT.deleteAccount}
      </Button>
      {open && (
        <Modal title={TEXT.deleteTitle} onClose={() => setOpen(false)}>
          <form onSubmit={submit} className="grid gap-4">
            <p className="text-soft">{TEXT.deleteQuestion}</p>
            <TextField
              label={TEXT.currentPassword}
              name="password"
              type="password"
              autoComplete="current-password"
              required
              error={fault?.message}
            />
            <div className="flex flex-wrap justify-end gap-2">
              <Button kind="outline" onClick={() => setOpen(false)}>
                {TEXT.cancel}
              </Button>
              <Button type="submit" kind="danger" disabled={busy}>
                {TEXT.deleteAccount}
              </Button>
            </div>
          </form>
        </Modal>
      )}
    </div>
  );
}
