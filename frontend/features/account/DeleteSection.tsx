'use client';

import { useState } from 'react';
import { useHere } from '@/features/session/SignedIn';
import { useAsking } from '@/features/session/useAsking';
import { ask, faultOf } from '@/graphql/ask';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Modal } from '@/ui/Modal';
import { DELETE_ACCOUNT } from './operations';
import { TEXT } from './text';

export function DeleteSection() {
  const { session, store } = useHere();
  const [open, setOpen] = useState(false);
  const { busy, fault, submit, forget } = useAsking(async (typed) => {
    const input = { password: typed('password') };
    const refused = faultOf((await ask(session.run.bind(session), DELETE_ACCOUNT, { input })).payload);
    if (refused) return refused;
    // Its channels went with it; the cookie goes as well, and all that is on this device.
    await session.logOut(store.forget);
    return null;
  });

  return (
    <div>
      <Button
        kind="danger"
        onClick={() => {
          forget();
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
