import { useSubject } from '@/ui/useSubject';
import { useHere } from './SignedIn';

/** Signing out in this browser, and how many changes that would cost. */
export function useLeave() {
  const { session, store } = useHere();
  const waiting = useSubject(store.outbox.waiting$);
  const refused = useSubject(store.outbox.refused$).length;
  return {
    unsaved: waiting + refused,

    /** Throws Unreachable. */
    async leave() {
      // This browser's notifications are of whoever leaves. Where its channel can't be removed, it ends with the
      // subscription, as the session does.
      await store.push.leave();
      await session.logOut(store.forget);
    },
  };
}
