import { useHere } from '@/features/session/SignedIn';
import { useSubject } from '@/ui/useSubject';

/** Whether the server pushes reminders to this browser. */
export function usePushed(): boolean {
  const { channels, push } = useHere().store;
  const here = useSubject(push.channelId$);
  const channel = useSubject(channels.known$)?.channels.find(({ id }) => id === here);
  return !!channel?.enabled && channel.failedAt === null && channel.types.includes('REMINDER_TRIGGERED');
}
