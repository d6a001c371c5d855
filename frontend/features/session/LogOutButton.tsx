'use client';

import { LogOut } from 'lucide-react';
import { useState } from 'react';
import { toast } from 'sonner';
import { IconButton } from '@/ui/Button';
import { Confirm } from '@/ui/Confirm';
import { TEXT } from './text';
import { useLeave } from './useLeave';

/** Asks first where that would cost what is not saved yet. */
export function LogOutButton() {
  const { unsaved, leave } = useLeave();
  const [asking, setAsking] = useState(false);
  const logOut = () => void leave().catch(() => toast.error(TEXT.unreachable));
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
