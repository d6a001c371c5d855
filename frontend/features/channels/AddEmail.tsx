'use client';

import { Mail } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useHere } from '@/features/session/SignedIn';
import type { Fault } from '@/graphql/ask';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Modal } from '@/ui/Modal';
import { ADD_EMAIL } from './operations';
import { TEXT } from './text';

export function AddEmail() {
  const { channels } = useHere().store;
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault | null>(null);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const address = String(new FormData(event.currentTarget).get('address') ?? '').trim();
    setBusy(true);
    const outcome = await channels.change(ADD_EMAIL, { address });
    setBusy(false);
    setFault(outcome.fault);
    if (!outcome.fault) setOpen(false);
  }

  return (
    <>
      <Button
        kind="outline"
        onClick={() => {
          setFault(null);
          setOpen(true);
        }}
      >
        <Mail aria-hidden className="size-4" />
        {TEXT.addEmail}
      </Button>
      {open && (
        <Modal title={TEXT.addEmail} onClose={() => setOpen(false)}>
          <form onSubmit={submit} className="grid gap-4">
            <TextField
              label={TEXT.address}
              name="address"
              type="email"
              autoComplete="email"
              required
              hint={TEXT.addressHint}
              error={fault?.message}
            />
            <div className="flex justify-end gap-2">
              <Button kind="outline" onClick={() => setOpen(false)}>
                {TEXT.cancel}
              </Button>
              <Button type="submit" disabled={busy}>
                {TEXT.add}
              </Button>
            </div>
          </form>
        </Modal>
      )}
    </>
  );
}
