import { useHere } from '@/features/session/SignedIn';
import { useSubject } from '@/ui/useSubject';
import { hears } from './feed';

/** Whether the server is there, and can be asked for what is not kept here. */
export function useLive(): boolean {
  const { store } = useHere();
  return hears(useSubject(store.feed.state$));
}
