import { useSyncExternalStore } from 'react';
import type { BehaviorSubject } from 'rxjs';

/** The subject's value, kept up to date. */
export function useSubject<Value>(subject: BehaviorSubject<Value>): Value {
  return useSyncExternalStore(
    (changed) => {
      const subscription = subject.subscribe(changed);
      return () => subscription.unsubscribe();
    },
    () => subject.value,
    () => subject.value,
  );
}
