'use client';

import { BellRing, Mail, Trash2, Webhook } from 'lucide-react';
import { useState } from 'react';
import { useHere } from '@/features/session/SignedIn';
import { instantText } from '@/features/tasks/due';
import { useWhen } from '@/features/tasks/when';
import type { Fault } from '@/graphql/ask';
import type { EventType } from '@/graphql/generated/graphql';
import { Button, IconButton } from '@/ui/Button';
import { Confirm } from '@/ui/Confirm';
import { nameOf } from './names';
import { type Channel, TEST, UPDATE } from './operations';
import { TypesPicker } from './TypesPicker';
import { TEXT } from './text';

const ICONS = { WEB_PUSH: BellRing, EMAIL: Mail, WEBHOOK: Webhook };

export function ChannelItem({ channel, isHere }: { channel: Channel; isHere: boolean }) {
  const { channels, push } = useHere().store;
  const when = useWhen();
  const [busy, setBusy] = useState(false);
  const [asking, setAsking] = useState(false);
  const [note, setNote] = useState<{ message: string; bad: boolean } | null>(null);
  const [types, setTypes] = useState(channel.types as readonly EventType[]);
  const name = nameOf(channel);
  const Icon = ICONS[channel.kind];

  async function doing(work: Promise<Fault | null>, done: string | null = null) {
    setBusy(true);
    setNote(null);
    const fault = await work;
    setNote(fault ? { message: fault.message, bad: true } : done === null ? null : { message: done, bad: false });
    setBusy(false);
  }

  const update = (change: { enabled?: boolean; types?: EventType[] }) =>
    channels.change(UPDATE, { id: channel.id, ...change }).then(({ fault }) => fault);
  const test = () => channels.change(TEST, { id: channel.id }).then(({ fault }) => fault);

  function choose(chosen: readonly EventType[]) {
    setTypes(chosen);
    if (chosen.length > 0) void doing(update({ types: [...chosen] }));
  }

  return (
    <li
      data-testid="channel"
      className="grid gap-2 rounded-xl border border-line bg-card px-4 py-3 shadow-sm"
      aria-label={name}
    >
      <div className="flex flex-wrap items-center gap-3">
        <div className="flex w-full min-w-0 items-center gap-3 sm:w-auto sm:flex-1">
          <Icon aria-hidden className="size-5 shrink-0 text-soft" />
          <div className="min-w-0">
            <p className="font-medium wrap-anywhere">{name}</p>
            <p className="text-xs text-soft wrap-anywhere">
              {TEXT.kinds[channel.kind]}
              {isHere && ` · ${TEXT.thisBrowser}`}
              {name !== channel.target && ` · ${channel.target}`}
            </p>
          </div>
        </div>
        <label className="inline-flex min-h-9 items-center gap-2 text-sm">
          <input
            type="checkbox"
            aria-label={TEXT.on(name)}
            checked={channel.enabled}
            disabled={busy}
            onChange={({ target }) => void doing(update({ enabled: target.checked }))}
            className="size-4 accent-accent"
          />
          <span aria-hidden>{channel.enabled ? TEXT.onShort : TEXT.off}</span>
        </label>
        <Button kind="outline" disabled={busy} onClick={() => void doing(test(), TEXT.tested)}>
          {channel.confirmed ? TEXT.test : TEXT.resend}
        </Button>
        <IconButton label={TEXT.remove(name)} onClick={() => setAsking(true)}>
          <Trash2 aria-hidden className="size-4" />
        </IconButton>
      </div>
      {!channel.confirmed && <p className="text-sm text-warn">{TEXT.unconfirmed}</p>}
      {channel.failedAt !== null && (
        <p className="text-sm text-danger">
          {TEXT.failedAt(instantText(new Date(channel.failedAt), when), channel.failure ?? '')}
        </p>
      )}
      <output className={note?.bad ? 'text-sm text-danger empty:hidden' : 'text-sm text-good empty:hidden'}>
        {note?.message}
      </output>
      <details>
        <summary className="cursor-pointer text-sm text-soft">
          {TEXT.sends(types.map((type) => TEXT.types[type]))}
        </summary>
        <div className="mt-3">
          <TypesPicker types={types} onChange={choose} />
        </div>
      </details>
      {asking && (
        <Confirm
          title={TEXT.removeTitle(name)}
          action={TEXT.removeAction}
          cancel={TEXT.cancel}
          onConfirm={() => void doing(isHere ? push.turnOff() : channels.remove(channel.id))}
          onClose={() => setAsking(false)}
        >
          {TEXT.removeQuestion}
        </Confirm>
      )}
    </li>
  );
}
