'use client';

import { LogOut } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import { IconButton } from '@/ui/Button';
import { Confirm } from '@/ui/Confirm';
import { useSubject } from '@/ui/useSubject';
import { useHere } from './SignedIn';
import { TEXT } from './text';

/** Asks first where that would cost what is not saved yet. */
export function LogOutButton() {
  const { session, store } = useHere();
  const waiting = useSubject(store.outbox.waiting$);
  const refused = useSubject(store.outbox.refused$).length;
  const unsaved = waiting + refused;
  const [asking, setAsking] = useState(false);
  const logOut = () => {
    // This browser's notifications are of whoever leaves. Where its channel can't be removed, it ends with the
    // subscription, as the session does.
    const last = store.push.leave();
    void last.then(() => session.logOut(store.forget)).catch(() => toast.error(TEXT.unreachable));
  };
  return (
    <>
      <IconButton label={TEXT.logOut} onClick={() => (unsaved > 0 ? setAsking(true) : logOut())}>
        <LogOut aria-hidden className="size-4" />
      </IconButton>
      {asking && (
        <Confirm
          title={TEXT.logOutTitle}
          action={TEXT.logOutAnyway}
          cancel={TEXT.stay}
          onConfirm={logOut}
          onClose={() => setAsking(false)}
        >
          {TEXT.logOutUnsaved(unsaved)}
        </Confirm>
      )}
    </>
  );
}
