'use client';

import { Webhook } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useHere } from '@/features/session/SignedIn';
import type { Fault } from '@/graphql/ask';
import type { EventType } from '@/graphql/generated/graphql';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { Modal } from '@/ui/Modal';
import { ADD_WEBHOOK } from './operations';
import { TypesPicker } from './TypesPicker';
import { TEXT } from './text';

const USUAL: readonly EventType[] = ['REMINDER_TRIGGERED'];

export function AddWebhook({ onSecret }: { onSecret: (secret: string) => void }) {
  const { channels } = useHere().store;
  const [open, setOpen] = useState(false);
  const [types, setTypes] = useState(USUAL);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault | null>(null);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const url = String(new FormData(event.currentTarget).get('url') ?? '').trim();
    setBusy(true);
    const outcome = await channels.change(ADD_WEBHOOK, { url, types: [...types] });
    setBusy(false);
    setFault(outcome.fault);
    if (outcome.fault) return;
    setOpen(false);
    if (outcome.secret) onSecret(outcome.secret);
  }

  const atTypes = fault?.field === 'types';
  return (
    <>
      <Button
        kind="outline"
        onClick={() => {
          setFault(null);
          setTypes(USUAL);
          setOpen(true);
        }}
      >
        <Webhook aria-hidden className="size-4" />
        {TEXT.addWebhook}
      </Button>
      {open && (
        <Modal title={TEXT.addWebhook} onClose={() => setOpen(false)}>
          <form onSubmit={submit} className="grid gap-4">
            <TextField
              label={TEXT.url}
              name="url"
              type="url"
              required
              maxLength={2000}
              placeholder="https://"
              hint={TEXT.urlHint}
              error={atTypes ? undefined : fault?.message}
            />
            <TypesPicker types={types} onChange={setTypes} error={atTypes ? fault.message : undefined} />
            <div className="flex justify-end gap-2">
              <Button kind="outline" onClick={() => setOpen(false)}>
                {TEXT.cancel}
              </Button>
              <Button type="submit" disabled={busy || types.length === 0}>
                {TEXT.add}
              </Button>
            </div>
          </form>
        </Modal>
      )}
    </>
  );
}
