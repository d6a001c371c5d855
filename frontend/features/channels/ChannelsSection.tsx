'use client';

import { useEffect, useState } from 'react';
import { useHere } from '@/features/session/SignedIn';
import { useSubject } from '@/ui/useSubject';
import { AddEmail } from './AddEmail';
import { AddPush } from './AddPush';
import { AddWebhook } from './AddWebhook';
import { ChannelItem } from './ChannelItem';
import { SecretOnce } from './SecretOnce';
import { TEXT } from './text';

export function ChannelsSection() {
  const { store } = useHere();
  const { channels, push } = store;
  const known = useSubject(channels.known$);
  const here = useSubject(push.channelId$);
  /** Of the webhook that was added last. */
  const [secret, setSecret] = useState<string | null>(null);

  useEffect(() => void channels.load(), [channels]); // a link in a mail may have been followed meanwhile

  if (!known) return <output className="text-soft">{TEXT.loading} …</output>;
  const can = (kind: (typeof known.kinds)[number]) => known.kinds.includes(kind);
  return (
    <div className="grid gap-4">
      {known.channels.length === 0 && <p className="text-soft">{TEXT.none}</p>}
      <ul className="grid gap-3 empty:hidden">
        {known.channels.map((channel) => (
          <ChannelItem key={channel.id} channel={channel} isHere={channel.id === here} />
        ))}
      </ul>
      <div className="flex flex-wrap items-start gap-2">
        {can('WEB_PUSH') && here === null && <AddPush />}
        {can('EMAIL') && <AddEmail />}
        {can('WEBHOOK') && <AddWebhook onSecret={setSecret} />}
      </div>
      {secret && <SecretOnce secret={secret} onClose={() => setSecret(null)} />}
    </div>
  );
}
